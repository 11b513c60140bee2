"""Zips that nobody vouches for, and names as clerks write them (C-17, P-24, R32)."""
import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.zhejiang.documents.archive import ArchiveError, Fault, content, directory
from plugins.zhejiang.documents.names import Matcher, Meant, Miss, Why, readings
from plugins.zhejiang.documents.states import DocumentKind
from tests.data import data
from tests.plugins.zhejiang import zips

MOST = 2_000_000
ONE, TWO = "110101199003070011", "11010519491231002X"
KINDS = dict(zip(DocumentKind, zips.SUFFIXES, strict=True))
PHOTO, FRONT, BACK = DocumentKind.PHOTO, DocumentKind.ID_FRONT, DocumentKind.ID_BACK
DEGREE, FORM, YEARS = DocumentKind.EDUCATION, DocumentKind.FORM, DocumentKind.EXPERIENCE


class Held:
    """Bytes in memory, as the reader wants them."""

    def __init__(self, held: bytes) -> None:
        self.held, self.size = held, len(held)

    def read_at(self, start: int, count: int) -> bytes:
        return self.held[start:start + count]


def looked(held: bytes, most: int = 20_000) -> list[str]:
    """What becomes of each entry, in order: ok or its fault; one word with ! for the whole zip."""
    source = Held(held)
    try:
        entries = directory(source, most)
    except ArchiveError as error:
        return [f"!{error.fault}"]
    found = []
    for entry in entries:
        try:
            content(source, entry, MOST)
            found.append("ok")
        except ArchiveError as error:
            found.append(str(error.fault))
    return found


# the zip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.booleans(), st.binary(max_size=40))
def test_an_ordinary_zip_is_read_as_zipfile_reads_it(files: list[bytes], deflated: bool, front: bytes) -> None:
    made = zips.zipped([(f"图{at}.jpg", one) for at, one in enumerate(files)],
                       zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED)
    source = Held(front + made)
    entries = directory(source, 10)
    assert [content(source, one, MOST) for one in entries] == files
    assert [one.name.decode() for one in entries] == [f"图{at}.jpg" for at in range(len(files))]


def lying(size: int) -> bytes:
    """A deflated entry that says it is smaller than it is."""
    made = bytearray(zips.zipped([("a.jpg", bytes(50_000))], zipfile.ZIP_DEFLATED))
    at = made.index(b"PK\1\2")
    made[at + 24:at + 28] = struct.pack("<L", size)
    return bytes(made)


def overlapping() -> bytes:
    """Many directory lines for one and the same bytes, as Fifield's bomb has."""
    made = zips.zipped([("a.jpg", bytes(1000))])
    at = made.index(b"PK\1\2")
    line, end = made[at:-22], made[-22:]
    count = 50
    return made[:at] + line * count + end[:8] + struct.pack("<2H2L", count, count, len(line) * count, at) + end[20:]


def flagged(flag: int) -> bytes:
    made = bytearray(zips.zipped([("a.jpg", b"x" * 50)]))
    at = made.index(b"PK\1\2")
    made[at + 8:at + 10] = struct.pack("<H", flag)
    return bytes(made)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        one = zipfile.ZipInfo("a.jpg")
        one.create_system, one.external_attr = 3, 0o120777 << 16
        packed.writestr(one, "/etc/passwd")
    return out.getvalue()


def volumes() -> bytes:
    made = bytearray(zips.zipped([("a.jpg", b"x")]))
    made[-18:-16] = b"\1\0"
    return bytes(made)


GOOD = zips.zipped([("a.jpg", b"x" * 5000), ("b.jpg", b"y")])


@pytest.mark.parametrize(("held", "said"), [
    (b"", ["!nothing"]), (zips.zipped([]), ["!nothing"]), (b"\x89PNG\r\n\x1a\n" + bytes(99), ["!not_zip"]),
    (b"Rar!\x1a\7\1\0" + bytes(99), ["!rar"]), (b"7z\xbc\xaf\x27\x1c" + bytes(99), ["!rar"]),
    (GOOD[:-30], ["!truncated"]), (GOOD[:2000], ["!truncated"]), (GOOD[3000:], ["!truncated"]),
    (GOOD[:100] + b"!" + GOOD[101:], ["broken", "ok"]), (volumes(), ["!volumes"]),
    (zips.zipped([("a.jpg", bytes(3_000_000))]), ["large"]), (lying(10), ["lying"]), (lying(60_000), ["broken"]),
    (zips.zipped([(f"{n}.jpg", bytes(1_900_000)) for n in range(40)], zipfile.ZIP_DEFLATED), ["!bomb"]),
    (overlapping(), ["!bomb"]), (flagged(1), ["password"]), (linked(), ["link"]),
    (zips.zipped([("a.jpg", b"x" * 99)], zipfile.ZIP_BZIP2), ["method"]),
    (zips.zipped([("a.jpg", b"x" * 99)], zipfile.ZIP_LZMA), ["method"]),
])
def test_what_becomes_of_a_bad_zip(held: bytes, said: list[str]) -> None:
    """R32: the whole zip is refused, or the entry is named; nothing is unpacked beyond what was declared."""
    assert looked(held) == said


def test_more_entries_than_allowed_are_refused_unread() -> None:
    assert looked(zips.zipped([(f"{n}.jpg", b"") for n in range(11)]), most=10) == ["!entries"]
    assert looked(zips.zipped([(f"{n}.jpg", b"") for n in range(10)]), most=10) == ["ok"] * 10
    far = zips.zipped([("a.jpg", b"")])[:-22] + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, 2**31, 0, 0)
    assert looked(far)[0] in ("!entries", "!truncated")


@pytest.mark.skipif(data("malformed", "zip") is None, reason="the optional data are not here")
def test_the_whole_corpus_is_looked_at_in_seconds() -> None:
    """R32: 49 zips that broke other programs; each is refused or read, none of it is believed."""
    folder = data("malformed", "zip")
    assert folder is not None
    for path in sorted(folder.iterdir()):
        began = time.monotonic()
        said = looked(path.read_bytes())
        assert said and time.monotonic() - began < 5, path.name
    for name, fault in (("made_bomb_256MiB_of_zeros.zip", Fault.BOMB), ("made_truncated.zip", Fault.TRUNCATED),
                        ("made_png_named.zip", Fault.NOT_ZIP), ("moodle_empty.zip", Fault.NOTHING),
                        ("libarchive_test_read_format_zip_uncompressed_size_off_by_4gib.zip", Fault.BOMB)):
        assert looked((folder / name).read_bytes()) == [f"!{fault}"]
    assert looked((folder / "moodle_passwordis1.zip").read_bytes()) == ["password"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(GOOD)))
def test_a_changed_byte_never_raises_anything_else(changes: list[tuple[int, int]], end: int) -> None:
    """R33."""
    held = bytearray(GOOD)
    for at, byte in changes:
        held[at] = byte
    looked(bytes(held[:end]))
    looked(bytes(held))


# the names


@pytest.mark.parametrize(("name", "meant"), [
    (f"{ONE}$头像.jpg", Meant(ONE, PHOTO)), (f"{ONE}＄头像.JPG", Meant(ONE, PHOTO)),
    (f"甲组/{ONE}$ 身份证正面 .png", Meant(ONE, FRONT)), (f"{TWO.lower()}$身份证反面.jpeg", Meant(TWO, BACK)),
    (f"{ONE}/学历证书.jpg", Meant(ONE, DEGREE)), (f"报名表/{ONE}.jpg", Meant(ONE, FORM)),
    (f"{ONE}$工作年限证明.jpg.jpg", Meant(ONE, YEARS)), ("１１０１０１１９９００３０７００１１$头像.jpg", Meant(ONE, PHOTO)),
    (f"{ONE}$照片.jpg", Meant(ONE, PHOTO, Why.SUFFIX)), (f"{ONE}$一寸照.jpg", Meant(ONE, PHOTO, Why.SUFFIX)),
    (f"{ONE}$身份证正.jpg", Meant(ONE, FRONT, Why.SUFFIX)), (f"{ONE}$国徽面.jpg", Meant(ONE, BACK, Why.SUFFIX)),
    (f"{ONE}$学历.jpg", Meant(ONE, DEGREE, Why.SUFFIX)), (f"{ONE}$毕业正书.jpg", Meant(ONE, DEGREE, Why.SUFFIX)),
    (f"{ONE}$身份证正面照片.jpg", Meant(ONE, FRONT, Why.SUFFIX)), (f"{ONE}$头像(1).jpg", Meant(ONE, PHOTO, Why.SUFFIX)),
    (f"{ONE}$王小明头像.jpg", Meant(ONE, PHOTO, Why.SUFFIX)), (f"{ONE}头像.jpg", Meant(ONE, PHOTO, Why.FORM)),
    ("110101199003070012$头像.jpg", Meant(ONE, PHOTO, Why.NUMBER)),      # another digit
    ("11010119900307011$头像.jpg", Meant(ONE, PHOTO, Why.NUMBER)),       # one lost
    ("1101011990030700111$头像.jpg", Meant(ONE, PHOTO, Why.NUMBER)),     # one too many
    ("110101199003070101$头像.jpg", Meant(ONE, PHOTO, Why.NUMBER)),      # two swapped
    ("王小明$头像.jpg", Meant(ONE, PHOTO, Why.PERSON)), ("王小明/毕业证.jpg", Meant(ONE, DEGREE, Why.PERSON)),
    (f"{ONE}$身份证.jpg", Miss.NO_KIND), (f"{ONE}.jpg", Miss.NO_KIND), ("合影.jpg", Miss.NO_NUMBER),
    ("330106199408131268$头像.jpg", Miss.STRANGER), ("资料.zip", Miss.NESTED), (f"../{ONE}$头像.jpg", Miss.PATH),
    (f"/{ONE}$头像.jpg", Miss.PATH), (f"C:\\x\\{ONE}$头像.jpg", Miss.PATH), (f"{ONE}$头像\x00.jpg", Miss.PATH),
    (f"__MACOSX/._{ONE}$头像.jpg", Miss.IGNORED), ("甲组/Thumbs.db", Miss.IGNORED), ("甲组/", Miss.IGNORED),
    (".DS_Store", Miss.IGNORED), ("desktop.ini", Miss.IGNORED),
])
def test_whose_picture_a_name_means(name: str, meant: Meant | Miss) -> None:
    """ZJ-11, C-17: exactly right is taken, nearly right is offered, the rest is named."""
    assert Matcher({ONE: "王小明", TWO: "李大力"}, KINDS).meant([name]) == meant


def test_a_number_near_two_people_is_not_guessed() -> None:
    """C-17: 110101199003070021 is one digit off either."""
    near = Matcher({"110101199003070011": "王小明", "110101199003070031": "李大力"}, KINDS)
    assert near.meant(["110101199003070021$头像.jpg"]) is Miss.STRANGER


@pytest.mark.parametrize(("written", "utf8"), [
    (f"{ONE}$头像.jpg".encode(), True), (f"{ONE}$头像.jpg".encode(), False), (f"{ONE}$头像.jpg".encode("gbk"), False),
    (f"{ONE}$头像.jpg".encode("gbk").decode("cp437").encode(), True),
    (f"{ONE}$头像.jpg".encode("gbk").decode("latin-1").encode(), True),
    (f"{ONE}$头像.jpg".encode().decode("gb18030", "ignore").encode(), True),
])
def test_a_name_is_read_whatever_wrote_it(written: bytes, utf8: bool) -> None:
    """P-24: UTF-8, GBK without a flag, and names that a program has written down wrongly read."""
    assert Matcher({ONE: "王小明"}, KINDS).meant(readings(written, b"", utf8)) == Meant(ONE, PHOTO)


def test_the_better_name_beside_counts() -> None:
    """Info-ZIP writes UTF-8 into an extra field."""
    better = f"{ONE}$头像.jpg".encode()
    extra = struct.pack("<2HBL", 0x7075, 5 + len(better), 1, zlib.crc32(b"?.jpg")) + better
    made = bytearray(zips.zipped_raw([(b"?.jpg", b"x")]))
    at = made.index(b"PK\1\2")
    made[at + 30:at + 32] = struct.pack("<H", len(extra))
    made[at + 46 + 5:at + 46 + 5] = extra
    end = made.index(b"PK\5\6")
    made[end + 12:end + 16] = struct.pack("<L", end - at)
    [entry] = directory(Held(bytes(made)), 5)
    assert readings(entry.name, entry.better, entry.utf8)[0] == f"{ONE}$头像.jpg"

"""What an enterprise has on its desk: the sheet, a zip on blue ground, one on white, scans; the real ones where the
optional data is there, else three people with the webcam's face."""
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from PIL import Image, ImageDraw

from tests.data import data
from tests.people import id_number
from tests.presence.pictures import BLUE, WHITE, jpeg, on_ground

TITLES = ("姓名", "性别", "身份证号", "手机号", "学历", "工作单位")
SUFFIXES = ("头像", "身份证正面", "身份证反面", "学历证书", "报名表", "工作年限证明")


@dataclass(frozen=True)
class Entry:
    """A row of the sheet."""

    name: str
    id_number: str
    phone: str
    education: str


@dataclass(frozen=True)
class Desk:
    """`good`: how many photos of the second zip are in order."""

    sheet: Path
    blue: Path
    white: Path
    people: Sequence[Entry]
    good: int


def desk(folder: Path) -> Desk:
    """ZJ-09 … ZJ-11, ZJ-19."""
    real = data("enrol", "报名汇总表_50人_配照片.xlsx")
    if real is not None:
        # The data's note says 43 on white: of 441623199407255533 only a spot was recoloured.
        return Desk(real, real.parent / "报名资料_50人_utf8.zip", real.parent / "报名资料_50人_白底_utf8.zip",
                    entries(real), 42)
    people = [Entry(name, id_number(serial, "19850315"), f"1390571{serial:04d}", "本科")
              for serial, name in ((701, "沈小明"), (703, "周小强"), (705, "吴小勇"))]
    return Desk(_sheet(folder, people), _zip(folder / "blue.zip", people, people),
                _zip(folder / "white.zip", people, people[2:]), people, 2)


def entries(sheet: Path) -> list[Entry]:
    """The rows below the titles."""
    rows = load_workbook(sheet, read_only=True).worksheets[0].iter_rows(values_only=True)
    titles = next(list(row) for row in rows if "身份证号" in row)
    at = [titles.index(title) for title in ("姓名", "身份证号", "手机号", "学历")]
    return [Entry(*(str(row[place]) for place in at)) for row in rows if row[at[1]]]


def _sheet(folder: Path, people: Sequence[Entry]) -> Path:
    book = Workbook()
    page = book.worksheets[0]
    page.append(TITLES)
    for one in people:
        page.append((one.name, "男", one.id_number, one.phone, one.education, "示例安装有限公司"))
    path = folder / "sheet.xlsx"
    book.save(path)
    return path


def _zip(path: Path, people: Sequence[Entry], on_blue: Sequence[Entry]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for one in people:
            for suffix in SUFFIXES:
                photo = jpeg(on_ground(BLUE if one in on_blue else WHITE), 92)
                packed.writestr(f"{one.id_number}${suffix}.jpg", photo if suffix == "头像" else paper(one.id_number))
    return path


def paper(words: str) -> bytes:
    """A scan of a sheet of paper."""
    picture = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(picture).text((120, 160), words.encode("ascii", "replace").decode(), fill="black", font_size=48)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()

"""Scans of papers: known by their content, written anew, refused with a sentence whatever they are (F5)."""
import io
import time

import pypdf
import pytest
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from core.api import DomainError
from core.registration.scan_files import JPEG, PDF, clean_scan, mimetype_of
from core.tenancy import Ctx
from tests.data import data


def test_a_picture_becomes_a_jpeg_of_our_own_making(ctx: Ctx) -> None:
    """F5: without metadata, at most as large as a reader needs."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    Image.new("RGB", (3000, 4000), "white").save(out, "JPEG", exif=exif)
    made = clean_scan(out.getvalue(), field="letter")
    assert mimetype_of(made) == JPEG and b"where it was taken" not in made
    with Image.open(io.BytesIO(made)) as picture:
        assert max(picture.size) == 2400


def test_a_seal_of_a_pdf_stays_and_a_link_goes(ctx: Ctx) -> None:
    """F5: an electronic seal is an annotation with a look; what acts has none that is needed."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    box = ArrayObject([NumberObject(n) for n in (10, 10, 90, 90)])
    look = StreamObject()
    look.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
                 NameObject("/BBox"): box})
    action = DictionaryObject({NameObject("/S"): NameObject("/URI"),
                               NameObject("/URI"): TextStringObject("http://x.test")})
    for kind, more in (("/Stamp", {NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(look)}),
                                   NameObject("/A"): action}), ("/Link", {NameObject("/A"): action})):
        note = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(kind),
                                 NameObject("/Rect"): box, **more})
        page.setdefault(NameObject("/Annots"), ArrayObject()).append(writer._add_object(note))
    out = io.BytesIO()
    writer.write(out)
    made = clean_scan(out.getvalue(), field="letter")
    notes = [one.get_object() for one in pypdf.PdfReader(io.BytesIO(made)).pages[0]["/Annots"]]
    assert [note["/Subtype"] for note in notes] == ["/Stamp"] and "/A" not in notes[0] and b"x.test" not in made


@pytest.mark.prove
def test_what_is_malformed_is_taken_or_refused_in_seconds(ctx: Ctx) -> None:
    """F5, R31: every PDF and picture of the optional data."""
    folders = [found for part in ("pdf", "images") if (found := data("malformed", part)) is not None]
    if not folders:
        pytest.skip("no optional data: the two tests above and those of the enterprise's pages stand for them")
    for file in (file for folder in folders for file in sorted(folder.iterdir())):
        begun = time.monotonic()
        try:
            made = clean_scan(file.read_bytes(), field="letter")
            assert mimetype_of(made) in (PDF, JPEG) and made[:3] in (b"%PD", b"\xff\xd8\xff")
        except DomainError as refusal:
            assert refusal.sentence and refusal.problems[0].field == "letter", file.name
        assert time.monotonic() - begun < 5, file.name

"""The part of taking a PDF in that runs in a process of its own, under limits it cannot lift.

Run by path with `python -I`, so it imports nothing of this project. Reads the file from stdin and writes to stdout
one line of JSON, then, where that is {"pages": n}, a PDF of its own writing: the pages as they look, and nothing
that acts or carries files (F5). Seals and signatures are annotations with a look, so those stay.
"""
import io
import json
import resource
import sys
from typing import Any

import pypdf
from pypdf.generic import DictionaryObject, NameObject

CARRIERS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Link"}
DEEDS = ("/A", "/AA", "/OpenAction", "/PA", "/JS", "/FS")


def strip(page: Any) -> None:
    """Take what acts out of a page."""
    for deed in DEEDS:
        page.pop(NameObject(deed), None)
    kept = pypdf.generic.ArrayObject()
    for reference in page.get("/Annots", ()) or ():
        note = reference.get_object()
        if not isinstance(note, DictionaryObject) or note.get("/Subtype") in CARRIERS or "/AP" not in note:
            continue
        for deed in DEEDS:
            note.pop(NameObject(deed), None)
        kept.append(reference)
    if "/Annots" in page:
        page[NameObject("/Annots")] = kept


def rewrite(data: bytes, most_pages: int) -> tuple[dict[str, Any], bytes]:
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        return {"error": "password"}, b""
    count = len(reader.pages)
    if not count or count > most_pages:
        return {"error": "pages" if count else "damaged"}, b""
    writer = pypdf.PdfWriter()
    for page in reader.pages:
        strip(writer.add_page(page))
    out = io.BytesIO()
    writer.write(out)
    if len(pypdf.PdfReader(io.BytesIO(out.getvalue())).pages) != count:
        return {"error": "damaged"}, b""
    return {"pages": count}, out.getvalue()


def main() -> None:
    limits: dict[str, int] = json.loads(sys.argv[1])
    memory = limits["megabytes"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        said, pdf = rewrite(sys.stdin.buffer.read(), limits["pages"])
    except Exception:  # whatever the reader stumbles over, the file cannot be shown
        said, pdf = {"error": "damaged"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + pdf)


if __name__ == "__main__":
    main()

"""What an enterprise has on its desk: the sheet, a zip on blue ground, one on white, scans; the real ones where the
optional data is there, else three people with the webcam's face."""
import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from PIL import Image, ImageDraw

from tests.data import data
from tests.people import id_number
from tests.presence.pictures import BLUE, WHITE, jpeg, on_ground

TITLES = ("姓名", "性别", "身份证号", "手机号", "学历", "工作单位")
SUFFIXES = ("头像", "身份证正面", "身份证反面", "学历证书", "报名表", "工作年限证明")


@dataclass(frozen=True)
class Desk:
    """`people`: (ID number, name) as in the sheet; `white`: how many of the second zip's photos are in order."""

    sheet: Path
    blue: Path
    white: Path
    people: Sequence[tuple[str, str]]
    good: int


def desk(folder: Path) -> Desk:
    """ZJ-09 … ZJ-11, ZJ-19."""
    real = data("enrol", "portraits_50.csv")
    if real is not None:
        rows = list(csv.DictReader(real.open(encoding="utf-8-sig")))
        return Desk(real.parent / "报名汇总表_50人_配照片.xlsx", real.parent / "报名资料_50人_utf8.zip",
                    real.parent / "报名资料_50人_白底_utf8.zip", [(row["身份证号"], row["姓名"]) for row in rows], 43)
    people = [(id_number(serial, "19850315"), name) for serial, name in ((701, "沈小明"), (703, "周小强"), (705, "吴小勇"))]
    return Desk(_sheet(folder, people), _zip(folder / "blue.zip", people, {people[0], people[1], people[2]}),
                _zip(folder / "white.zip", people, {people[2]}), people, 2)


def _sheet(folder: Path, people: Sequence[tuple[str, str]]) -> Path:
    book = Workbook()
    book.active.append(TITLES)
    for serial, (number, name) in enumerate(people):
        book.active.append((name, "男", number, f"1390571{serial:04d}", "本科", "示例安装有限公司"))
    path = folder / "sheet.xlsx"
    book.save(path)
    return path


def _zip(path: Path, people: Sequence[tuple[str, str]], on_blue: set[tuple[str, str]]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for one in people:
            for suffix in SUFFIXES:
                photo = jpeg(on_ground(BLUE if one in on_blue else WHITE), 92)
                packed.writestr(f"{one[0]}${suffix}.jpg", photo if suffix == "头像" else paper(f"{one[0]} {suffix}"))
    return path


def paper(words: str) -> bytes:
    """A scan of a sheet of paper."""
    picture = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(picture).text((120, 160), words.encode("ascii", "replace").decode(), fill="black", font_size=48)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()

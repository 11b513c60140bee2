"""The demonstration's question bank: construction-site questions, each with the clause it rests on (N-43)."""
from functools import cache
from pathlib import Path

from core.base.sheets import write_sheet
from core.exam.bank_sheet import COLUMNS, NewQuestion, read_bank, sheet_row

FOLDER = Path(__file__).parent / "questions"
POSTS = ("资料员", "土建施工员", "土建质量员")


@cache
def demo_questions() -> tuple[NewQuestion, ...]:
    """All questions of the sources, read by the importer itself. Raises ValueError for a finding."""
    found: list[NewQuestion] = []
    for path in sorted(FOLDER.glob("*.csv")):
        sheet = read_bank(path.read_bytes(), path.name, frozenset(POSTS))
        if sheet.findings:
            raise ValueError(f"{path.name}: {sheet.findings[0].sentence}")
        found.extend(question for _row, question in sheet.questions)
    return tuple(found)


def demo_sheet() -> bytes:
    """The whole bank as an xlsx in the layout that the import page takes."""
    return write_sheet(COLUMNS, [sheet_row(question) for question in demo_questions()], name="题库")

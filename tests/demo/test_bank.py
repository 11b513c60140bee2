"""The demonstration's bank: enough, even, no two alike, each with its clause."""
import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from core.demo.bank import POSTS, demo_questions, demo_sheet
from core.exam.bank_sheet import GENERAL, NewQuestion, read_bank
from core.exam.rules import normal_stem
from core.exam.states import QuestionKind

ALIKE = 0.8


def of_kind(kind: QuestionKind) -> list[NewQuestion]:
    return [question for question in demo_questions() if question.kind is kind]


def test_at_least_150_questions_of_three_kinds() -> None:
    assert len(demo_questions()) >= 150
    assert all(len(of_kind(kind)) >= 15 for kind in QuestionKind)


@pytest.mark.parametrize("post", POSTS)
def test_each_post_can_draw_fifty_at_random(post: str) -> None:
    """N-40: 50 of at least 60 single-choice questions, whatever the other sections take."""
    single = [question for question in of_kind(QuestionKind.SINGLE) if question.scope in {post, GENERAL}]
    assert len(single) >= 60


def test_every_question_names_its_clause() -> None:
    for question in demo_questions():
        assert re.search(r"《.+》.*(第.+[条章节]|附录|附件|表)", question.clause), question.stem
        assert question.topic and question.difficulty in {"易", "中", "难"}


def test_right_answers_are_even_over_the_letters() -> None:
    letters = Counter(question.key for question in of_kind(QuestionKind.SINGLE))
    assert set(letters) == set("ABCD")
    assert max(letters.values()) - min(letters.values()) <= 4
    truths = Counter(question.key for question in of_kind(QuestionKind.JUDGEMENT))
    assert min(truths.values()) >= 0.4 * truths.total()


def test_no_two_questions_are_alike() -> None:
    stems = Counter(normal_stem(question.stem) for question in demo_questions())
    assert [stem for stem, times in stems.items() if times > 1] == []
    texts = [normal_stem(question.stem + "".join(sorted(question.options))) for question in demo_questions()]
    for one, other in combinations(texts, 2):
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE:
            assert matcher.ratio() <= ALIKE, (one, other)


def test_multiple_choice_is_not_always_everything() -> None:
    multiple = of_kind(QuestionKind.MULTIPLE)
    assert sum(len(question.key) == len(question.options) for question in multiple) <= len(multiple) / 4
    assert all(len(question.options) == 4 for question in multiple + of_kind(QuestionKind.SINGLE))


@pytest.mark.parametrize(("part", "right"), [
    ("无效合同的说法错误的是", "从出现争议的时候起，就没有法律约束力"),
    ("安全防护用品的说法错误的是", "安全带高挂高用"),
    ("洞口作业时，应采取防坠落措施的说法正确的是", "当竖向洞口短边边长小于500mm时，应采取封堵措施"),
])
def test_the_questions_of_the_manual_are_in(part: str, right: str) -> None:
    """N-43: the three questions that the manual's picture shows."""
    found, = [question for question in demo_questions() if part in question.stem]
    assert found.scope == GENERAL
    assert right in found.options["ABCD".index(found.key)]


def test_the_sheet_made_of_it_reads_back_the_same() -> None:
    sheet = read_bank(demo_sheet(), "题库.xlsx", frozenset(POSTS))
    assert sheet.findings == ()
    assert [question for _row, question in sheet.questions] == list(demo_questions())

"""Drawing, clock and marks of the exam, as tables and as properties."""
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.clock import shanghai
from core.base.db import new_id
from core.base.errors import Conflict, Refused
from core.exam.rules import (
    LETTERS,
    BankItem,
    Blueprint,
    accepts,
    deadline,
    draw,
    is_right,
    may_sit_again,
    normal_stem,
    outcome,
    parse_choice,
    seconds_left,
    sections,
    shuffles,
    submit_from,
)
from core.exam.states import MOVES, QuestionKind, SittingState, move

SINGLE, JUDGEMENT, MULTIPLE = QuestionKind.SINGLE, QuestionKind.JUDGEMENT, QuestionKind.MULTIPLE
NATIONAL = Blueprint(questions=50, full_score=100, pass_score=60, minutes=60, submit_after_minutes=0, grace_seconds=10,
                     retakes=0, judgement=5, multiple=5)
NOON = shanghai(2026, 11, 20, 12)


def bank_of(single: int, judgement: int, multiple: int) -> list[BankItem]:
    four = ("甲", "乙", "丙", "丁")
    return ([BankItem(new_id(), SINGLE, four, LETTERS[at % 4]) for at in range(single)]
            + [BankItem(new_id(), JUDGEMENT, ("正确", "错误"), "AB"[at % 2]) for at in range(judgement)]
            + [BankItem(new_id(), MULTIPLE, four, "ABD") for _ in range(multiple)])


@pytest.mark.parametrize(("available", "expected"), [
    pytest.param((60, 10, 10), (40, 5, 5), id="N-42: three sections"),
    pytest.param((60, 0, 0), (50, 0, 0), id="N-42: a bank of single choice alone"),
    pytest.param((60, 2, 9), (43, 2, 5), id="N-42: single choice fills what is missing"),
])
def test_sections(available: tuple[int, int, int], expected: tuple[int, int, int]) -> None:
    assert tuple(sections(dict(zip(QuestionKind, available, strict=True)), NATIONAL).values()) == expected


def test_a_bank_too_small_is_refused_with_the_number_missing() -> None:
    with pytest.raises(Refused, match="还缺 7 道单选题"):
        draw(bank_of(35, 3, 5), NATIONAL, "seed")


@given(single=st.integers(50, 90), judgement=st.integers(0, 12), multiple=st.integers(0, 12),
       seed=st.text(min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_paper_is_fifty_different_questions_in_sections(single: int, judgement: int, multiple: int,
                                                          seed: str) -> None:
    """N-40: whatever the bank and the seed; the key always marks the same options as in the bank."""
    bank = bank_of(single, judgement, multiple)
    paper = draw(bank, NATIONAL, seed)
    assert len(paper) == 50 == len({item.question_id for item in paper})
    kinds = [item.kind for item in paper]
    assert kinds == sorted(kinds, key=list(QuestionKind).index)
    by_id = {item.id: item for item in bank}
    for shown in paper:
        source = by_id[shown.question_id]
        assert sorted(shown.options) == sorted(source.options)
        assert ({shown.options[LETTERS.index(letter)] for letter in shown.key}
                == {source.options[LETTERS.index(letter)] for letter in source.key})
    assert draw(bank[::-1], NATIONAL, seed) == paper


def test_each_sitting_has_its_own_order_of_questions_and_options() -> None:
    """N-40: 50 random questions; no question and no place of the right answer is favoured."""
    bank = bank_of(100, 10, 10)
    papers = [draw(bank, NATIONAL, f"seed {number}") for number in range(200)]
    assert len({tuple(item.question_id for item in paper) for paper in papers}) == 200
    drawn = Counter(item.question_id for paper in papers for item in paper if item.kind is SINGLE)
    assert len(drawn) == 100 and max(drawn.values()) < 2 * min(drawn.values())
    letters = Counter(item.key for paper in papers for item in paper if item.kind is SINGLE)
    assert min(letters.values()) > 0.22 * letters.total()


@pytest.mark.parametrize(("options", "kind", "may"), [
    (("8m", "10m", "15m", "18m"), SINGLE, True),
    (("甲", "乙", "以上都对"), SINGLE, False),
    (("甲", "乙", "A和B"), SINGLE, False),
    (("A级", "B1级", "B2级", "B3级"), SINGLE, True),
    (("正确", "错误"), JUDGEMENT, False),
])
def test_options_that_speak_of_others_keep_their_place(options: tuple[str, ...], kind: QuestionKind,
                                                       may: bool) -> None:
    assert shuffles(kind, options) is may


@pytest.mark.parametrize(("right", "score", "passed"), [
    pytest.param(50, 100, True, id="N-40: 满分100分"),
    pytest.param(30, 60, True, id="N-40: 60分(含)以上为合格"),
    pytest.param(29, 58, False, id="N-40: 58 fails"),
    pytest.param(0, 0, False, id="N-40: nothing right"),
])
def test_two_points_each(right: int, score: int, passed: bool) -> None:
    result = outcome(right, 50, 100, 60)
    assert (result.score, result.passed) == (score, passed)


@given(right=st.integers(0, 60), questions=st.integers(1, 60), full=st.integers(1, 200), share=st.integers(0, 100))
def test_more_right_answers_never_cost_points(right: int, questions: int, full: int, share: int) -> None:
    """N-40: points grow with the right answers, all right is the full score, and that passes."""
    right = min(right, questions)
    needed = full * share // 100
    now, all_right = outcome(right, questions, full, needed), outcome(questions, questions, full, needed)
    assert now.score <= all_right.score == full and all_right.passed
    assert now.passed is (right * full >= needed * questions)
    if right:
        before = outcome(right - 1, questions, full, needed)
        assert before.score <= now.score and now.passed >= before.passed


@pytest.mark.parametrize(("given_", "key", "right"), [
    ("A", "A", True), ("B", "A", False), ("", "A", False), ("ABD", "ABD", True), ("DBA", "ABD", True),
    ("AB", "ABD", False), ("ABCD", "ABD", False),
])
def test_only_the_whole_key_counts(given_: str, key: str, right: bool) -> None:
    assert is_right(given_, key) is right


@pytest.mark.parametrize(("kind", "options", "text", "expected"), [
    (SINGLE, 4, "c", "C"), (SINGLE, 4, "", ""), (JUDGEMENT, 2, "B", "B"), (MULTIPLE, 4, "Ｄ,a", "AD"),
    (SINGLE, 4, "E", None), (SINGLE, 4, "AB", None), (JUDGEMENT, 2, "C", None), (MULTIPLE, 4, "AA", None),
    (MULTIPLE, 5, "ABCDE", "ABCDE"), (SINGLE, 4, "<script>", None), (SINGLE, 4, "\0", None),
])
def test_answers_from_outside(kind: QuestionKind, options: int, text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(Refused):
            parse_choice(kind, options, text)
    else:
        assert parse_choice(kind, options, text) == expected


def test_countdown_and_grace() -> None:
    """N-42: 倒计时 59分53秒 of 60 minutes; an answer under way when time ends still counts for the grace."""
    end = deadline(NOON, NATIONAL)
    assert seconds_left(end, NOON + timedelta(seconds=7)) == 59 * 60 + 53
    assert seconds_left(end, end + timedelta(hours=1)) == 0
    assert accepts(end, end + timedelta(seconds=10), NATIONAL.grace_seconds)
    assert not accepts(end, end + timedelta(seconds=10, microseconds=1), NATIONAL.grace_seconds)


@pytest.mark.parametrize(("sat", "passed", "retakes", "may"), [
    pytest.param(99, False, 0, True, id="N-41: 可继续考核测试，直至合格为止"),
    pytest.param(1, True, 0, False, id="N-41: 合格 is the end"),
    pytest.param(1, False, 1, True, id="N-41: one retake allowed"),
    pytest.param(2, False, 1, False, id="N-41: and no more"),
])
def test_retakes(sat: int, passed: bool, retakes: int, may: bool) -> None:
    plan = Blueprint(**{**NATIONAL.__dict__, "retakes": retakes})
    assert may_sit_again(sat, passed, plan) is may


@pytest.mark.parametrize("state", list(SittingState))
def test_a_closed_sitting_never_moves_again(state: SittingState) -> None:
    for to in SittingState:
        if to in MOVES[state]:
            assert move(state, to) is to
        else:
            with pytest.raises(Conflict):
                move(state, to)
    assert bool(MOVES[state]) is (state is SittingState.RUNNING)


def test_stems_are_compared_without_punctuation() -> None:
    assert normal_stem("下列说法正确的是（ ）。") == normal_stem("下列说法，正确的是(　)")


@pytest.mark.parametrize(("wait", "expected"), [
    pytest.param(0, None, id="N-42: at any time"),
    pytest.param(30, shanghai(2026, 11, 20, 12, 30), id="ZJ-29: 测试开始30分钟后，才允许提交试卷"),
])
def test_the_earliest_moment_to_hand_in(wait: int, expected: object) -> None:
    assert submit_from(NOON, Blueprint(**{**NATIONAL.__dict__, "submit_after_minutes": wait})) == expected

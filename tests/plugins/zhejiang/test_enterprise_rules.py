"""企业注册: the table of states, the three checks, who may look, credit codes (ZJ-03, ZJ-06 … ZJ-08)."""
import csv

import pytest

from core.api import Conflict, Refused
from core.base.ids import IdError, parse_credit_code
from plugins.zhejiang.enterprise.rules import (
    Check,
    Item,
    Verdict,
    check_approval,
    check_return,
    check_words,
    item_words,
    may_look,
    missing,
    next_owner,
    said,
)
from plugins.zhejiang.enterprise.states import DEED_WORDS, MOVES, STATE_TONES, STATE_WORDS, Deed, Kind, State, after
from tests.data import data

ALL = frozenset(Check)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("deed", Deed)
def test_only_the_moves_of_the_table_are_possible(state: State, deed: Deed) -> None:
    """ZJ-06, ZJ-07: anything else is a conflict that says where the registration stands."""
    if deed in MOVES[state]:
        assert after(state, deed) is MOVES[state][deed]
    else:
        with pytest.raises(Conflict, match=str(STATE_WORDS[state])):
            after(state, deed)


def test_approved_is_reached_by_the_authority_alone() -> None:
    """ZJ-06: 只有审核同意方可进行登录报名."""
    ways = {(state, deed) for state, moves in MOVES.items() for deed, to in moves.items() if to is State.APPROVED}
    assert ways == {(State.SUBMITTED, Deed.APPROVE)}
    assert set(STATE_WORDS) == set(STATE_TONES) == set(State) and set(DEED_WORDS) == set(Deed)


@pytest.mark.parametrize(("held", "lacking"), [
    ({}, [Item.LICENCE, Item.LETTER]), ({Item.QUALIFICATION: "k"}, [Item.LICENCE, Item.LETTER]),
    ({Item.LICENCE: "k"}, [Item.LETTER]), ({Item.LICENCE: "k", Item.LETTER: "k"}, []),
    ({Item.LICENCE: None, Item.LETTER: "k"}, [Item.LICENCE]),
])
def test_the_licence_is_required_the_qualification_not(held: dict[Item, str | None], lacking: list[Item]) -> None:
    """ZJ-03."""
    assert missing(held) == lacking


@pytest.mark.parametrize("failed", Check)
def test_approval_needs_all_three_checks(failed: Check) -> None:
    """ZJ-07: the refusal names the one that is not ticked."""
    check_approval(Verdict(ALL), Kind.ENTERPRISE)
    with pytest.raises(Refused, match=check_words(Kind.ENTERPRISE)[failed]):
        check_approval(Verdict(ALL - {failed}), Kind.ENTERPRISE)


def test_a_return_says_which_check_failed_and_why() -> None:
    """ZJ-07: 若审核不通过，会给出原因."""
    with pytest.raises(Refused) as nothing:
        check_return(Verdict(ALL))
    assert {problem.field for problem in nothing.value.problems} == {"checks", "reason"}
    with pytest.raises(Refused):
        check_return(Verdict(ALL, {Item.LETTER: "没有盖章"}))
    verdict = Verdict(ALL - {Check.PAPERS}, {Item.LETTER: "没有盖章", Item.LICENCE: ""}, "请重新上传")
    check_return(verdict)
    assert said(verdict, Kind.ENTERPRISE) == (
        "不符合：三、上传资料是否规范，包括承诺书是否符合格式条件、有无签字盖章。企业承诺书：没有盖章。请重新上传。")


def test_a_branch_and_a_school_bring_papers_of_their_own() -> None:
    """ZJ-03: 分公司报名注册时上传分公司营业执照; ZJ-33 note 2."""
    assert [item_words(kind)[Item.LICENCE] for kind in Kind] == ["营业执照", "分公司营业执照", "法人证书或办学许可证"]
    assert item_words(Kind.SCHOOL)[Item.LETTER] == "学校承诺书"


@pytest.mark.parametrize(("who", "sees"), [
    ({"enrolls": True, "party": 1}, True), ({"enrolls": True, "party": 2}, False),
    ({"enrolls": True, "party": None}, False), ({"party": 1}, False),
    ({"regulates": True, "city": "杭州市"}, True), ({"regulates": True, "city": "宁波市"}, False),
    ({"regulates": True, "city": None}, False), ({"city": "杭州市"}, False),
    ({"administers": True}, True), ({}, False),
])
def test_who_sees_a_scan(who: dict[str, object], sees: bool) -> None:
    """R3: the enterprise itself, its city's authority, administrators."""
    asked = {"city": None, "party": None, "regulates": False, "administers": False, "enrolls": False, **who}
    assert may_look("杭州市", 1, **asked) is sees  # type: ignore[arg-type]


def test_only_another_clerk_of_the_enterprise_becomes_its_owner() -> None:
    next_owner([1, 2], 1, 2)
    for wanted in (1, 3):
        with pytest.raises(Refused):
            next_owner([1, 2], 1, wanted)


@pytest.mark.parametrize(("typed", "meant"), [
    ("91310115MA1K3BTP2B", "91310115MA1K3BTP2B"), (" 91310115ma1k3btp2b ", "91310115MA1K3BTP2B"),
    ("９１３１０１１５ＭＡ１Ｋ３ＢＴＰ２Ｂ", "91310115MA1K3BTP2B"), ("91310115-MA1K3BTP-2B", "91310115MA1K3BTP2B"),
    ("", "请填写"), ("91310115MA1K3BTP2", "现在是 17 位"), ("91310115MA1K3BTP2C", "校验位"),
    ("913I0115MA1K3BTP2B", "“I”"), ("91310115MA1K3BTP2啊", "“啊”"), ("110108000000016", "现在是 15 位"),
])
def test_a_credit_code_is_taken_however_it_is_typed(typed: str, meant: str) -> None:
    """ZJ-08: and what is wrong with it is said."""
    if meant == "91310115MA1K3BTP2B":
        assert parse_credit_code(typed) == meant
    else:
        with pytest.raises(IdError, match=meant):
            parse_credit_code(typed)


def test_the_vectors_of_the_credit_code() -> None:
    """ZJ-08: every one of the optional data is judged as its source judges it."""
    vectors = data("ids", "vectors.csv")
    if vectors is None:
        pytest.skip("no optional data: the ten above stand for them")
    rows = [row for row in csv.DictReader(vectors.open(encoding="utf-8")) if row["standard"] == "GB32100"]
    assert len(rows) > 30
    for row in rows:
        try:
            right = parse_credit_code(row["number"]) == row["number"]
        except IdError:
            right = False
        assert right is (row["verdict"] == "valid"), row

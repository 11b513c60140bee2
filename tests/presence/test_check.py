"""The face check over HTTP in both tenants: N-33, N-34, N-35, N-36, X-28, and what A.7 decides."""
import random
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from core.base.clock import FixedClock
from core.identity import Person
from core.presence import answer_seconds, attested
from core.presence.client import FaceRefusal, face_client
from core.presence.drawing import by_secrets, instead_of
from core.presence.liveness import TURNS, Action
from core.presence.models import Challenge, FaceTemplate
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.browse import Browser
from tests.people import signed_in, trainee
from tests.presence.conftest import AT_ONCE
from tests.presence.sitter import Sitter, act, body_of, loosened, sitter, straight

BrowserOf = Callable[[Tenant], Browser]


def attestation(one: Sitter) -> object | None:
    with unit_of_work(one.browser.tenant, one.somebody.actor) as ctx:
        return attested(ctx, one.somebody.person_id, one.enrollment_id)


def test_consent_is_asked_before_anything_of_the_face(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33, N-34: a page of its own says why, what is kept and how long, and offers the other way."""
    one = sitter(tenant, browser_of, clock, consent=False)
    page = one.browser.get(one.check)
    for words in ("使用人脸信息的同意书", "为什么", "存多久", "同意并继续", "不同意，换一种方式", "现场见证"):
        assert words in page.text
    refused = one.begin()
    assert refused.status_code == 403 and refused.get_json()["code"] == "no_consent"
    assert one.browser.submit(f"{one.check}/consent").status_code == 303
    assert "使用人脸信息的同意书" not in one.browser.get(one.check).text


def test_the_face_box_shows_notice_and_reminders(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33, N-34, N-35, N-36, X-28: the manual's words, the four reminders of the tenant, the button 拍照识别; and
    the browser is allowed the camera on this page."""
    one = sitter(tenant, browser_of, clock)
    page = one.browser.get(one.check)
    texts = tenant.rules(clock.now()).texts
    assert texts.face_tips[2] == "3、如听到动作提示语后在3秒钟内匀速完成指定动作；"
    for words in (*texts.face_tips, texts.camera_notice, texts.impersonation_notice, "拍照识别", "允许", "不录声音"):
        assert words in page.text
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in one.browser.get("/presence/consent").headers["Permissions-Policy"]


def test_two_actions_in_time_open_the_way(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-34, A.7: straight look, two drawn actions, each told only when the one before is done and the person looks
    straight again; match with the photo on file, and on to the learning page."""
    loosened(tenant)
    one = sitter(tenant, browser_of, clock, actions=[Action.NOD, Action.TURN_LEFT])
    assert attestation(one) is None
    assert one.begin().status_code == 200 and "action" not in one.tried
    said = one.play(straight(6, 0))
    assert (said["state"], said["action"], said["seconds"]) == ("acting", "nod", 3.0)
    assert (said["step"], said["steps"], said["text"]) == (1, 2, "慢慢点头")
    said = one.play(act(Action.NOD, 50))
    assert (said["state"], said["step"], said["text"]) == ("returning", 1, "好，转回来看着摄像头") and "action" not in said
    said = one.play(straight(9, 100))
    assert (said["state"], said["action"], said["step"], said["text"]) == ("acting", "turn_left", 2, "向左慢慢转头")
    assert one.play(act(Action.TURN_LEFT, 150))["state"] == "returning"
    assert attestation(one) is None
    said = one.play(straight(9, 200))
    assert said["state"] == "passed", said
    assert attestation(one) is not None
    page = one.browser.get(one.check)
    assert (page.status_code, page.location) == (302, "/after")
    with unit_of_work(tenant, one.somebody.actor) as ctx:
        answers = answer_seconds(ctx, one.enrollment_id)
        assert len(answers) == 2 and all(0.3 <= seconds <= 1.5 for seconds in answers)


@pytest.mark.parametrize("actions", [(Action.TURN_RIGHT, Action.OPEN_MOUTH), (Action.TURN_RIGHT,)])
def test_whatever_a_tenant_draws_can_be_passed(national: Tenant, browser_of: BrowserOf, clock: FixedClock,
                                               actions: tuple[Action, ...]) -> None:
    """N-34, A.7: the open mouth, and one action only where a tenant wants it so."""
    loosened(national)
    assert sitter(national, browser_of, clock, actions=actions).pass_check()["state"] == "passed"


def test_the_proof_ends_after_its_time(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33: valid for this enrollment only, and for as long as the rule says."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_LEFT])
    assert one.pass_check()["state"] == "passed"
    other = Sitter(one.browser, clock, one.somebody)
    assert attestation(one) is not None and attestation(other) is None
    clock.advance(minutes=national.rules(clock.now()).presence.attestation_minutes)
    assert attestation(one) is None


@pytest.mark.parametrize(("gap", "wait", "state"), [(0.3, 3.0, "returning"), (0.3, 3.4, "failed"),
                                                    (1.5, 4.4, "returning"), (1.5, 4.6, "failed")])
def test_three_seconds_and_what_a_frame_needs_to_arrive(national: Tenant, browser_of: BrowserOf, clock: FixedClock,
                                                        gap: float, wait: float, state: str) -> None:
    """N-35, A.7: the server adds the time from batch to batch that it saw before the command, by its own clock."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_LEFT])
    assert one.begin().status_code == 200
    for batch in range(2):
        said = one.show(straight(int(gap * 12), 100 * batch), seconds=gap).get_json()
    assert said["state"] == "acting", said
    for batch in range(3):
        assert one.show(straight(13, 900 + 20 * batch), seconds=(wait - 0.1) / 3).get_json()["state"] == "acting"
    said = one.show(act(Action.TURN_LEFT, 5000), seconds=0.1).get_json()
    assert said["state"] == state, said
    if state == "failed":
        assert said["reason"] == "too_late" and "再试一次" in said["advice"]


def test_the_servers_clock_believes_two_seconds_at_most(national: Tenant, browser_of: BrowserOf,
                                                        clock: FixedClock) -> None:
    """A.7: whoever delays every batch gains what he delays, and not more than 2 s."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_LEFT])
    assert one.begin().status_code == 200
    for batch in range(2):
        one.show(straight(23, 100 * batch), seconds=2.0)
    with unit_of_work(national, one.somebody.actor) as ctx:
        (challenge,) = ctx.db.query(Challenge)
        assert challenge.told_at and challenge.deadline_at
        assert (challenge.deadline_at - challenge.told_at).total_seconds() == 5.0


def test_a_choppy_picture_is_said_and_costs_no_try(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """A.7, R24: under 8 frames a second no action is told; after 15 s the other way is offered. Once an action was
    told, one choppy try is forgiven and no more: else a cheat waits so for the action of his recording."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_LEFT])
    assert one.begin().status_code == 200
    for batch in range(15):
        said = one.show(straight(3, 10 * batch), seconds=1.0).get_json()
    assert said["state"] == "looking" and "画面太卡" in said["hint"]
    said = one.show(straight(3, 500), seconds=1.0).get_json()
    assert (said["state"], said["reason"], said["left"]) == ("failed", "choppy", 3)
    assert "画面太卡" in said["sentence"] and "现场见证" in said["advice"]
    for left in (3, 2):
        assert one.begin().status_code == 200
        assert one.play(straight(6, 1000 * left))["state"] == "acting"
        said = one.show(straight(6, 1000 * left + 50), seconds=3.5).get_json()
        assert (said["state"], said["reason"], said["left"]) == ("failed", "choppy", left)


def test_too_many_at_once_wait_before_a_try(national: Tenant, browser_of: BrowserOf, clock: FixedClock,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    """N-34, R19: a full face process says so before anything is told, and no try is used."""
    one = sitter(national, browser_of, clock)
    client = face_client(Ctx(national, one.somebody.actor))
    names = [f"elsewhere-{number}" for number in range(AT_ONCE)]
    rules = {"op": "open", "rules": {}, "seen": []}
    with pytest.raises(FaceRefusal, match="busy"):
        for name in names:
            client.ask({**rules, "sitting": name}, sitting=name)
    busy = one.begin()
    assert (busy.status_code, busy.get_json()["code"]) == (503, "face_busy") and "不会扣次数" in busy.get_json()["hint"]
    for name in names:
        client.ask({"op": "forget", "sitting": name}, sitting=name)
    assert one.begin().status_code == 200


def test_a_still_picture_fails_three_times_and_then_comes_the_human_path(tenant: Tenant, browser_of: BrowserOf,
                                                                         clock: FixedClock) -> None:
    """N-34, A.7: no turn, no entry; three tries, then the supervised session is offered and can be asked for."""
    loosened(tenant)
    one = sitter(tenant, browser_of, clock, actions=[Action.TURN_LEFT])
    for tries_left in (2, 1, 0):
        assert one.begin().status_code == 200
        one.play(straight(6, 1000 * tries_left))
        said = one.play(straight(45, 1000 * tries_left + 10))
        assert (said["state"], said["reason"], said["left"]) == ("failed", "not_done", tries_left), said
    refused = one.begin()
    assert refused.status_code == 429 and "3 次" in refused.get_json()["sentence"]
    page = one.browser.get(one.check)
    assert "预约现场见证" in page.text and "data-start" not in page.text
    wrong = one.browser.submit(f"{one.check}/supervised", {"reason": "nonsense", "note": "周六"})
    assert wrong.status_code == 422 and "请选择一个原因" in wrong.text and ">周六</textarea>" in wrong.text
    asked = {"reason": "failed", "note": "周六有空", "session": "call"}
    assert one.browser.submit(f"{one.check}/supervised", asked).status_code == 303
    assert "申请已收到" in one.browser.get(f"{one.check}/supervised").text
    clock.advance(hours=1, seconds=1)
    signed_in(one.browser, one.somebody).get(one.check)
    assert one.begin().status_code == 200


def test_somebody_else_is_not_let_in(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-34, N-36: the turn is done well, but by another person than the one on the photo."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_RIGHT])
    assert one.pass_check()["state"] == "passed"
    with unit_of_work(national, one.somebody.actor) as ctx:
        template = ctx.db.query(FaceTemplate).one()
        stranger = bytearray(template.vector)
        stranger[0:256] = bytes(256)
        template.vector = bytes(stranger)
    other = Sitter(one.browser, clock, one.somebody)
    said = other.pass_check(seed=7000)
    assert (said["state"], said["reason"]) == ("failed", "no_match") and "不像" in said["sentence"]
    assert attestation(other) is None


def test_wrong_bodies_get_a_sentence(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-34: empty, cut, oversized, no pictures, a wrong nonce, somebody else's try: 4xx, and the try goes on."""
    loosened(national)
    one = sitter(national, browser_of, clock, actions=[Action.TURN_LEFT])
    assert one.begin().status_code == 200
    good = straight(2, 0)
    for frames in ([], [b""], [b"\xff\xd8\xff broken"], [b"text"], [good[0]] * 25, [b"x" * 2_000_000]):
        answer = one.show(frames)
        status = 413 if sum(map(len, frames)) > 10**6 else 422
        assert answer.status_code == status and answer.get_json()["sentence"], (status, len(frames))
    assert one.show(good, **{"X-Nonce": "wrong"}).status_code == 409
    stranger = signed_in(browser_of(national), trainee(national, 2))
    stranger.get("/presence/consent")
    foreign = stranger.post(one.tried["frames"], data=body_of(good), headers={
        "X-CSRFToken": stranger.token or "", "X-Nonce": one.tried["nonce"], "Accept": "application/json"})
    assert foreign.status_code == 404
    assert stranger.get(one.check).status_code == 404
    assert one.show(good).get_json()["state"] == "looking"


def test_the_other_tenants_address_means_nothing(national: Tenant, jilin: Tenant, browser_of: BrowserOf,
                                                 clock: FixedClock) -> None:
    """N-34: signed for one tenant, unknown to the other, even for the same ids."""
    one = sitter(national, browser_of, clock)
    there = sitter(jilin, browser_of, clock)
    assert there.browser.get(one.check).status_code == 404
    assert there.browser.get(there.check).status_code == 200


def test_without_photo_and_without_service_there_is_a_sentence(
        national: Tenant, browser_of: BrowserOf, clock: FixedClock, tmp_path: Path) -> None:
    """N-33, O24: no photo on file, or the face process down: 4xx or 503 with what to do, never an error page."""
    one = sitter(national, browser_of, clock)
    with unit_of_work(national, one.somebody.actor) as ctx:
        person = ctx.db.get_one(Person, one.somebody.person_id)
        key, person.photo_key = person.photo_key, None
    assert one.begin().get_json()["code"] == "no_photo" and "还没有上传照片" in one.browser.get(one.check).text
    with unit_of_work(national, one.somebody.actor) as ctx:
        ctx.db.get_one(Person, one.somebody.person_id).photo_key = key
    object.__setattr__(national.config, "face_socket", tmp_path / "nothing")
    down = one.begin()
    assert down.status_code == 503 and down.get_json()["code"] == "face_service_down"
    page = one.browser.get(one.check)
    assert page.status_code == 200 and "暂时没有响应" in page.text


def test_nothing_from_outside_can_seed_the_lot(national: Tenant, browser_of: BrowserOf, clock: FixedClock,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """N-34, A.7: the production drawer heeds no seed, environment, query or header; two of four, told by nobody."""
    one = sitter(national, browser_of, clock)
    assert one.browser.application.extensions["jianxue.presence.drawer"] is by_secrets
    for name in ("PYTHONHASHSEED", "JIANXUE_SEED", "JIANXUE_PRESENCE_SEED", "SEED"):
        monkeypatch.setenv(name, "1")
    for _ in range(16):
        random.seed(1)
        answer = one.browser.send(f"{one.check}/tries?seed=1&action=turn_left&draw=turn_left",
                                  {"seed": 1, "action": "turn_left", "actions": ["turn_left"]},
                                  headers={"X-Seed": "1", "X-Action": "turn_left"})
        assert answer.status_code == 200 and "turn" not in answer.text
    with unit_of_work(national, one.somebody.actor) as ctx:
        drawn = {tuple(challenge.actions) for challenge in ctx.db.query(Challenge)}
    assert len(drawn) >= 3 and all(len(set(actions)) == 2 for actions in drawn)


def test_a_draw_of_several_actions_always_holds_a_turn() -> None:
    """N-34, A.7: ten orders of two of four, all equally likely; nod and open mouth alone would prove no depth."""
    draws = Counter(tuple(by_secrets(list(Action), 2)) for _ in range(5000))
    assert set(draws) == {pair for pair in permutations(Action, 2) if TURNS & set(pair)}
    assert min(draws.values()) > 350 and max(draws.values()) < 650
    assert by_secrets([Action.NOD], 2) == [Action.NOD]


def test_an_action_that_cannot_be_read_on_this_face_gives_way() -> None:
    """A.7: on a dark beard an open mouth is not seen; another action takes its place, never the other drawn one."""
    drawn, allowed = ["turn_left", "open_mouth"], list(Action)
    assert {instead_of(drawn, 1, ["open_mouth"], allowed)[1] for _ in range(40)} == {"turn_right", "nod"}
    assert instead_of(drawn, 0, ["open_mouth"], allowed) == drawn
    assert instead_of(["open_mouth"], 0, ["open_mouth"], [Action.OPEN_MOUTH]) == ["open_mouth"]

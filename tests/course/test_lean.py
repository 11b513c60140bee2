"""The beat in front of Flask is the same beat: same answers, same rows, same refusals (N-37, L1, L4, L5).

At the national pace: a beat each 30 seconds, so that most of them lie in the middle of a run.
"""
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from core.base.clock import FixedClock
from core.base.config import Config
from core.course import service, tokens
from core.course.beating import judge
from core.course.models import BeatRow, StudyLease
from core.course.queries import millis, pace
from core.course.recompute import recompute
from core.course.statement import Store, Values, values_of
from core.identity import (
    Account, AccountRole, LoginSession, digest, person_of, standing_values, withdraw_consent,
)
from core.presence import snapshots
from core.presence.models import Attestation
from core.tenancy import Tenant, unit_of_work
from core.web import JianxueFlask
from tests.course.conftest import Learner, ask_for_presence, attest
from tests.people import cookie, signed_in

Make = Callable[..., Learner]
BEAT = "/study/beat"


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, demo=False)


@pytest.fixture
def viewed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens of the beats that went the long way, through Flask's view."""
    seen: list[str] = []
    beat = service.beat

    def noting(ctx: Any, token: str, *rest: Any) -> Any:
        seen.append(token)
        return beat(ctx, token, *rest)

    monkeypatch.setattr(service, "beat", noting)
    return seen


@contextmanager
def without_lean(app: JianxueFlask) -> Iterator[None]:
    """Every beat goes through Flask."""
    route = app.lean.routes.pop(BEAT)
    try:
        yield
    finally:
        app.lean.add(BEAT, route)


def go_on(learner: Learner, seconds: int = 30, **beat: Any) -> TestResponse:
    learner.clock.advance(seconds=seconds)
    learner.position += 1000 * seconds
    return learner.beat(**beat)


def playing(learner: Learner) -> Learner:
    """Open, and in the middle of a run."""
    assert learner.open().status_code == 200
    assert learner.beat().json["reason"] == "started"
    assert go_on(learner).json["credited"] == 1
    return learner


def beats(tenant: Tenant) -> int:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalar(select(func.count()).select_from(BeatRow)) or 0


def change(tenant: Tenant, statement: Any) -> None:
    with unit_of_work(tenant) as ctx:
        ctx.db.execute(statement)


def test_a_common_beat_never_reaches_flask(tenant: Tenant, learner_of: Make, viewed: list[str]) -> None:
    """N-37: begun, watched, sought while paused: without the view; the end of a run is the view's."""
    learner = playing(learner_of(tenant))
    assert go_on(learner).json["credited"] == 2 and not viewed
    learner.beat(playing=False)
    assert len(viewed) == 1
    assert learner.beat(position=10**9).json["reason"] == "too_fast" and len(viewed) == 1
    with unit_of_work(tenant) as ctx:
        assert not recompute(ctx).differences


def test_the_answer_and_its_headers_are_the_views(app: JianxueFlask, tenant: Tenant, learner_of: Make) -> None:
    """R30: the same fields and the same security headers, in both languages."""
    first, second = learner_of(tenant, 1), learner_of(tenant, 2)
    for language in ("zh_CN", "en"):
        for learner in (first, second):
            with cookie(learner.browser) as held:
                held["language"] = language
            assert learner.open().status_code == 200 and learner.beat().status_code == 200
        short = first.beat()
        with without_lean(app):
            long = second.beat()
        assert {**short.json, "token": ""} == {**long.json, "token": ""}
        kept = {name: value for name, value in long.headers.items() if name != "Content-Length"}
        assert dict(short.headers) == kept | {"Content-Length": str(len(short.data))}


def test_a_sign_in_that_no_longer_stands(tenant: Tenant, learner_of: Make, clock: FixedClock) -> None:
    """U6: signed out, disabled, not a trainee, restricted, too old: nothing is taken, whatever the token says."""
    learner, now = playing(learner_of(tenant)), clock.now()
    sign_in = update(LoginSession)
    for wrong, right in (
            (sign_in.values(ended_at=now), sign_in.values(ended_at=None)),
            (sign_in.values(stage="restricted"), sign_in.values(stage="full")),
            (sign_in.values(stage="proving"), sign_in.values(stage="full")),
            (sign_in.values(created_at=now - timedelta(hours=12)), sign_in.values(created_at=now)),
            (sign_in.values(seen_at=now - timedelta(minutes=30)), sign_in.values(seen_at=now)),
            (update(Account).values(disabled_at=now), update(Account).values(disabled_at=None)),
            (update(AccountRole).values(role="auditor"), update(AccountRole).values(role="trainee"))):
        change(tenant, wrong)
        before = beats(tenant)
        assert go_on(learner, 1).status_code in (302, 401, 403), wrong
        assert beats(tenant) == before
        change(tenant, right)
        assert go_on(learner, 1).status_code == 200
    with cookie(learner.browser) as held:
        del held["sign_in"]
    assert go_on(learner).status_code == 401
    signed_in(learner.browser, learner.who)
    assert go_on(learner).status_code == 200


def test_beating_keeps_the_sign_in_alive(tenant: Tenant, learner_of: Make, viewed: list[str]) -> None:
    """U6: who studies is not idle; seen is noted once a minute at most, as on every page."""
    learner = playing(learner_of(tenant))
    noted = set()
    for _ in range(4):
        go_on(learner)
        with unit_of_work(tenant) as ctx:
            noted.add(ctx.db.scalar(select(LoginSession.seen_at)))
    assert len(noted) == 2 and max(noted) >= learner.clock.now() - timedelta(seconds=30) and not viewed


def test_anothers_token_and_another_tenants(national: Tenant, jilin: Tenant, learner_of: Make) -> None:
    """L5, T1: a token speaks for one person of one tenant."""
    at_home, neighbour, elsewhere = (playing(learner_of(national)), playing(learner_of(national, 2)),
                                     playing(learner_of(jilin)))
    counts = beats(national), beats(jilin)
    assert neighbour.beat(token=at_home.token).json["code"] == "beat_of_another"
    assert elsewhere.beat(token=at_home.token).json["code"] == "beat_forged"
    body, _, mac = at_home.token.partition(".")
    assert at_home.beat(token=f"{body}.{mac[::-1]}").json["code"] == "beat_forged"
    assert counts == (beats(national), beats(jilin))
    assert at_home.beat().status_code == 200


def bare(app: JianxueFlask, learner: Learner, **to: str) -> TestResponse:
    """The beat as any client may send it: with the cookie, and nothing kept between requests."""
    held = learner.browser.get_cookie(f"jx-{learner.tenant.slug}", domain=learner.tenant.file.hosts[0])
    assert held is not None
    sent = {"base_url": f"http://{learner.tenant.file.hosts[0]}", "path": BEAT, **to}
    return app.test_client(use_cookies=False).post(**sent, buffered=True, json={
        "token": learner.token, "position_ms": learner.position, "playing": True},
        headers={"Cookie": f"{held.key}={held.value}", "X-CSRFToken": learner.browser.token or ""})


def test_a_beat_by_path_prefix(app: JianxueFlask, national: Tenant, learner_of: Make, viewed: list[str]) -> None:
    """On a developer's machine a tenant is found by the path as well."""
    learner = playing(learner_of(national))
    answer = bare(app, learner, base_url="http://localhost", path=f"/{national.slug}{BEAT}")
    assert answer.status_code == 200 and not viewed


def test_the_same_beat_from_many_threads(app: JianxueFlask, national: Tenant, learner_of: Make) -> None:
    """L4: one is taken; the others hear the present state with a token that works."""
    learner = playing(learner_of(national))
    learner.clock.advance(seconds=30)
    learner.position += 30_000
    before, start = beats(national), Barrier(8)

    def send(_number: int) -> TestResponse:
        start.wait(10)
        return bare(app, learner)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert beats(national) == before + 1
    learner.token = next(answer.json["token"] for answer in answers if answer.status_code == 409)
    assert go_on(learner).json["credited"] == 3


def asked_of_store(learner: Learner) -> Values:
    """What the lean route would ask of the statement for this page's next beat."""
    with cookie(learner.browser) as held:
        sign_in = held["sign_in"]
    with unit_of_work(learner.tenant) as ctx:
        found = tokens.unseal(tokens.beat_key(ctx), learner.token)
        assert found is not None and learner.who.person_id is not None
        judged = judge(*found, millis(ctx.now), learner.position, True, pace(ctx), present=True, interval_ms=0)
        return values_of(judged) | standing_values(ctx.rules().account, digest(sign_in), learner.who.person_id,
                                                   ctx.now) | {"enrollment": learner.enrollment, "now": ctx.now}


def test_a_batch_takes_each_beat_for_itself(national: Tenant, learner_of: Make) -> None:
    """Two people's beats, one of them twice, and one of a page that was closed: in one transaction, two are taken."""
    one, other, closed = (playing(learner_of(national, serial)) for serial in (1, 2, 3))
    batch = [asked_of_store(learner) for learner in (other, closed, one, other)]
    change(national, update(StudyLease).where(StudyLease.person_id == closed.who.person_id).values(closed_ms=1))
    before, store = beats(national), Store(national.engine, national.direct(), camera=False)
    assert store.write(batch) == [True, False, True, False]
    assert store.write(batch[2:3]) == [False]
    assert beats(national) == before + 2
    assert one.beat().status_code == 409 and other.beat().status_code == 409


def test_presence_that_ends_is_seen_at_once(tenant: Tenant, learner_of: Make, viewed: list[str],
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    """N-34, R24: a proof that is taken back, with the consent or by itself, stops the very next beat."""
    monkeypatch.setattr(snapshots, "due_between", lambda *_drawn: ())
    learner = learner_of(tenant)
    ask_for_presence(tenant, True)
    attest(tenant, learner.who, learner.enrollment)
    playing(learner)
    assert not viewed
    with unit_of_work(tenant) as ctx:
        assert learner.who.person_id is not None
        withdraw_consent(ctx, person_of(ctx, learner.who.person_id))
    assert go_on(learner).json["reason"] == "absent"
    change(tenant, delete(Attestation))
    assert go_on(learner).json["stop"]
    assert len(viewed) == 2


def test_a_class_hour_hardly_sees_flask(national: Tenant, learner_of: Make, viewed: list[str]) -> None:
    """docs/hours.md, "What a beat costs": three runs end, and each picture is asked for and looked for."""
    learner = learner_of(national)
    ask_for_presence(national, True)
    attest(national, learner.who, learner.enrollment)
    learner.open()
    answer, pictures = learner.beat(), 0
    for _ in range(90):
        answer = go_on(learner)
        for address in answer.json["snapshots"]:
            pictures += 1
            sent = learner.browser.post(address, data=b"\xff\xd8\xff" + bytes(200),
                                        headers={"X-CSRFToken": learner.browser.token})
            assert sent.status_code == 200
    assert answer.json["credited"] == 90 and 2 <= pictures <= 4
    assert 3 <= len(viewed) <= 3 + 2 * pictures


def test_a_lean_route_that_fails_leaves_the_beat_to_flask(app: JianxueFlask, tenant: Tenant, learner_of: Make) -> None:
    """Never a 500: whatever breaks in front, the view answers."""
    learner = playing(learner_of(tenant))

    def broken(*_asked: object) -> None:
        raise RuntimeError("out of order")

    with without_lean(app):
        app.lean.add(BEAT, broken)
        assert go_on(learner).json["credited"] == 2


def test_a_token_from_before_an_upgrade(national: Tenant, learner_of: Make) -> None:
    """One number fewer than today: refused in words, and the page is to be opened anew."""
    learner = playing(learner_of(national))
    with unit_of_work(national) as ctx:
        body = json.dumps(json.loads(tokens._bytes(learner.token.partition(".")[0]))[1:]).encode()
        old = f"{tokens._text(body)}.{tokens._text(tokens._mac(tokens.beat_key(ctx), body))}"
    assert learner.beat(token=old).json["code"] == "beat_forged"


def test_random_sequences_end_alike(app: JianxueFlask, national: Tenant, learner_of: Make,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """One page through Flask alone, one with the lean route in front of it: the same answers, the same rows."""
    monkeypatch.setattr(snapshots, "due_between", lambda _key, _enrollment, before, after, *_rest: tuple(
        slot for slot in range(before, after) if slot % 20 == 7))
    lot, one, other = Random(4), learner_of(national, 1), learner_of(national, 2)
    ask_for_presence(national, True)
    for learner in (one, other):
        attest(national, learner.who, learner.enrollment, minutes=600)
        learner.open()
    for _ in range(100):
        one.clock.advance(seconds=lot.choice((1, 20, 30, 30, 30, 31, 45, 150)))
        position = one.position + lot.choice((30_000, 30_000, 30_000, 0, -5_000, 90_000))
        plays, old = lot.random() < 0.9, lot.random() < 0.1
        tokens = one.token, other.token
        said = []
        for learner, aside in ((one, False), (other, True)):
            if aside:
                with without_lean(app):
                    answer = learner.beat(plays, position)
            else:
                answer = learner.beat(plays, position)
            said.append({**answer.json, "token": "", "snapshots": len(answer.json["snapshots"]), "again": ""})
        assert said[0] == said[1]
        one.position = said[0]["resume_ms"]
        if old:
            assert one.beat(token=tokens[0]).status_code == 409
    with unit_of_work(national) as ctx:
        assert not recompute(ctx).differences
        rows = {learner.enrollment: [tuple(row) for row in ctx.db.execute(
            select(BeatRow.seq, BeatRow.at_ms, BeatRow.position_ms, BeatRow.credit, BeatRow.reason, BeatRow.present)
            .join(StudyLease).where(StudyLease.enrollment_id == learner.enrollment).order_by(BeatRow.seq))]
            for learner in (one, other)}
    assert rows[one.enrollment] == rows[other.enrollment] and len(rows[one.enrollment]) == 100

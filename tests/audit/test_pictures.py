"""N-36: an auditor says what is seen on a picture; thresholds are calibrated by it (L14)."""
from collections.abc import Callable

import numpy as np
from sqlalchemy import select

from core.access import NOBODY, Role
from core.audit.calibrating import decided, photo_pairs, report
from core.base.trail import TrailRow
from core.presence.matching import packed
from core.presence.models import FaceDuplicate, FaceMean, FaceTemplate, PictureVerdict, Snapshot
from core.presence.queries import match_rules
from core.tenancy import Tenant, unit_of_work
from tests.audit.cases import case_of, waiting
from tests.browse import Browser
from tests.people import signed_in, staff, trainee

BrowserOf = Callable[[Tenant], Browser]


def test_the_auditors_word_stands_beside_the_picture(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-36: with name and time, the newest counts, all stay; on pictures of this case only."""
    one, other = waiting(tenant, 1), waiting(tenant, 2)
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    case, foreign = case_of(tenant, one), case_of(tenant, other)
    page = f"/audit/{case.id}"
    assert "1张需核对" in auditor.get(page).text
    with unit_of_work(tenant, NOBODY) as ctx:
        doubted = ctx.db.scalars(select(Snapshot.id).where(Snapshot.enrollment_id == one.enrollment,
                                                           Snapshot.verdict == "other")).one()
    address = f"{page}/pictures/{doubted}/verdict"
    for seen in ("other", "same"):
        assert auditor.submit(address, {"seen": seen}).status_code == 303
    shown = auditor.get(page).text
    assert "示例auditor：同一人" in shown and "张需核对" not in shown
    assert auditor.submit(address, {"seen": "maybe"}).status_code == 422
    assert auditor.submit(f"/audit/{foreign.id}/pictures/{doubted}/verdict", {"seen": "same"}).status_code == 404
    assert signed_in(browser_of(tenant), one.who).submit(address, {"seen": "same"}).status_code == 403
    with unit_of_work(tenant, NOBODY) as ctx:
        assert [row.seen for row in ctx.db.scalars(select(PictureVerdict).order_by(PictureVerdict.id))] == [
            "other", "same"]
        trail = ctx.db.scalars(select(TrailRow).where(TrailRow.action == "presence.picture_verdict")).all()
        assert [row.subject for row in trail] == [str(doubted)] * 2


def with_distances(tenant: Tenant, serial: int, *distances: tuple[str, float, float | None]) -> str:
    """A waiting case whose pictures have these (verdict of the machine, E, C); its address."""
    one = waiting(tenant, serial)
    with unit_of_work(tenant, NOBODY) as ctx:
        for slot, (verdict, euclid, cosine) in enumerate(distances, 10):
            ctx.db.add(Snapshot(person_id=one.who.person_id, enrollment_id=one.enrollment, slot=slot, taken_at=ctx.now,
                                picture_key="x", verdict=verdict, faces=1, euclid=euclid, cosine=cosine))
    return f"/audit/{case_of(tenant, one).id}"


def test_what_counts_as_decided(national: Tenant, browser_of: BrowserOf) -> None:
    """L14: a verdict counts before the case, a passed case counts for its other pictures, a waiting one for none; what
    could not be told and what was compared without a mean is counted and left out."""
    passed = with_distances(national, 1, ("same", 0.30, 0.20), ("unsure", 0.47, 0.41), ("same", 0.31, None))
    with_distances(national, 2, ("same", 0.29, 0.19))
    auditor = signed_in(browser_of(national), staff(national, Role.AUDITOR))
    with unit_of_work(national, NOBODY) as ctx:
        rows = {row.euclid: row.id for row in ctx.db.scalars(select(Snapshot).where(Snapshot.slot >= 10))}
        assert decided(ctx).genuine == {}
    assert auditor.submit(f"{passed}/pictures/{rows[0.47]}/verdict", {"seen": "other"}).status_code == 303
    assert auditor.submit(f"{passed}/pass", {"version": 1}).status_code == 303
    with unit_of_work(national, NOBODY) as ctx:
        found = decided(ctx)
    assert found.genuine == {1: [(0.30, 0.20)]} and found.strangers == {1: [(0.47, 0.41)]}
    assert found.by_case[1] == 1 and found.without_mean == 3 and found.unclear == 0


def test_calibrate_tells_the_table_and_what_is_missing(national: Tenant, browser_of: BrowserOf) -> None:
    """L14, R22: too few cases say so; enough give values to write down, and nothing is changed."""
    page = with_distances(national, 1, *(("same", 0.20 + k / 2000, 0.10 + k / 2000) for k in range(299)))
    auditor = signed_in(browser_of(national), staff(national, Role.AUDITOR))
    assert auditor.submit(f"{page}/pass", {"version": 1}).status_code == 303
    photos = np.random.default_rng(5).normal(scale=0.06, size=(40, 128))
    with unit_of_work(national, NOBODY) as ctx:
        ctx.db.add(FaceMean(vector=packed(photos.mean(axis=0)), counted=40, made_at=ctx.now))
    for serial, vector in enumerate(photos, 100):
        with unit_of_work(national, NOBODY) as ctx:
            ctx.db.add(FaceTemplate(person_id=trainee(national, serial).person_id, photo_key="x",
                                    vector=packed(vector), made_at=ctx.now))
    with unit_of_work(national, NOBODY) as ctx:
        count, cross = photo_pairs(ctx)
        few = "\n".join(report(ctx, match_rules(ctx)))
    assert (count, len(cross)) == (40, 780) and cross.within(0.5, 0.4) == 0
    assert "本人 299 例（其中随案通过 299 例）" in few and "不作建议：本人还差 1 例" in few and "[presence]" not in few
    with unit_of_work(national, NOBODY) as ctx:
        first = ctx.db.scalars(select(Snapshot).where(Snapshot.slot == 10)).one()
        ctx.db.add(Snapshot(person_id=first.person_id, enrollment_id=first.enrollment_id, slot=9, taken_at=ctx.now,
                            picture_key="x", verdict="same", faces=1, euclid=0.25, cosine=0.15))
    with unit_of_work(national, NOBODY) as ctx:
        enough = "\n".join(report(ctx, match_rules(ctx)))
        rules = match_rules(ctx)
    assert "不同的人自动通过 0%（0/780，至多 0.38%）" in enough and "本人被拒 0%（0/300，至多 1%）" in enough
    assert "accept_euclid = { value = [0.35, 0.48, 0.50, 0.49, 0.49]" in enough and "不会自动修改" in enough
    assert "疑似同一人" in enough and rules.accept_euclid[0] == 0.45


def test_pairs_that_are_one_person_are_no_strangers(national: Tenant) -> None:
    """L13, L14: an alias that a human has confirmed does not make the thresholds tighter."""
    people = [trainee(national, serial).person_id for serial in (1, 2, 3)]
    with unit_of_work(national, NOBODY) as ctx:
        ctx.db.add(FaceMean(vector=packed(np.zeros(128)), counted=30, made_at=ctx.now))
        for number, person in enumerate(people):
            vector = np.zeros(128)
            vector[max(number, 1)] = 0.6
            ctx.db.add(FaceTemplate(person_id=person, photo_key="x", vector=packed(vector), made_at=ctx.now))
        one, other = sorted(person for person in people[:2] if person)
        pair = FaceDuplicate(one_id=one, other_id=other, euclid=0.0, cosine=0.0, found_at=ctx.now, state="open")
        ctx.db.add(pair)
        ctx.db.flush()
        assert (len(photo_pairs(ctx)[1]), photo_pairs(ctx)[1].within(0.1, 0.1)) == (3, 1)
        pair.state = "same"
        ctx.db.flush()
        assert (len(photo_pairs(ctx)[1]), photo_pairs(ctx)[1].within(0.1, 0.1)) == (2, 0)
        assert len(photo_pairs(ctx, most=2)[1]) == 1


def test_the_command_says_when_there_is_nothing(cli: Callable[..., tuple[int, str]]) -> None:
    """L14: an empty tenant gets a sentence and no table."""
    assert cli("db", "upgrade", "--tenant", "national")[0] == 0
    status, output = cli("faces", "calibrate", "--tenant", "national")
    assert status == 0 and "档案照片 0 张" in output and "【" not in output and "[presence]" not in output

"""Face data are deleted for good, with a record; consent has versions; everybody can take a copy (C-24, R24, A.7)."""
import csv
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.access import Role
from core.base.clock import FixedClock
from core.base.db import Id
from core.identity import consents_of, face_consent, give_consent, person_of, withdraw_consent
from core.organization import seed_posts
from core.presence import hold_pictures
from core.presence.models import Attestation, Challenge, EvidenceTerm, FacePurge, FaceTemplate, Snapshot
from core.presence.purging import Rule, purge, sweep
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.exam.people import enroll
from tests.people import Somebody, signed_in, staff, trainee

BrowserOf = Callable[[Tenant], Browser]


@dataclass(frozen=True)
class Seen:
    """A trainee of whom two pictures and a descriptor are kept."""

    who: Somebody
    enrollment: Id

    @property
    def person_id(self) -> Id:
        assert self.who.person_id is not None
        return self.who.person_id


@pytest.fixture
def seen(tenant: Tenant) -> Seen:
    who = trainee(tenant)
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
    found = Seen(who, enroll(tenant, who))
    with unit_of_work(tenant) as ctx:
        person = person_of(ctx, found.person_id)
        give_consent(ctx, person)
        ctx.db.add(FaceTemplate(person_id=person.id, photo_key="photo", vector=b"v" * 16, made_at=ctx.now))
        ctx.db.add(Challenge(person_id=person.id, enrollment_id=found.enrollment, nonce="n", actions=["nod"],
                             state="passed", opened_at=ctx.now, digests=["d"], camera='{"label":"USB"}'))
        ctx.db.add(Attestation(person_id=person.id, enrollment_id=found.enrollment, kind="face", zone="accept",
                               euclid=0.3, cosine=0.2, picture_key=ctx.blobs.put(b"\xff\xd8\xffface", "face"),
                               given_at=ctx.now, valid_until=ctx.now))
        ctx.db.add(Snapshot(person_id=person.id, enrollment_id=found.enrollment, slot=3, taken_at=ctx.now,
                            picture_key=ctx.blobs.put(b"\xff\xd8\xffsnap", "snap"), verdict="same", faces=1,
                            euclid=0.31))
    return found


def files(tenant: Tenant) -> list[Path]:
    blobs = tenant.config.tenant_var(tenant.slug) / "blobs"
    return [path for kind in ("snap", "face") for path in (blobs / kind).glob("*/*")]


def record(tenant: Tenant) -> list[tuple[str, str, int]]:
    with unit_of_work(tenant) as ctx:
        return sorted((row.rule, row.kind, row.count) for row in ctx.db.scalars(select(FacePurge)))


def daily(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        ctx.enqueue("presence.forget", {})
    run_waiting(tenant)


def test_withdrawing_leaves_nothing_of_the_face_and_says_so(tenant: Tenant, seen: Seen, browser_of: BrowserOf) -> None:
    """R24, C-24: rows, files, descriptor and frames' traces are gone at once; the person sees what went and when."""
    browser = signed_in(browser_of(tenant), seen.who)
    assert len(files(tenant)) == 2
    assert browser.submit("/presence/consent/withdraw").status_code == 303
    run_waiting(tenant)
    assert files(tenant) == []
    assert record(tenant) == [("withdrawn", "face", 1), ("withdrawn", "snap", 1), ("withdrawn", "template", 1)]
    with unit_of_work(tenant) as ctx:
        tried = ctx.db.scalars(select(Challenge)).one()
        assert (tried.digests, tried.looks, tried.camera) == ([], None, "")
        assert ctx.db.scalars(select(Snapshot.verdict)).all() == ["same"]
        assert not ctx.db.scalars(select(FaceTemplate)).all()
    page = browser.get("/presence/consent").text
    for words in ("已清除的人脸信息", "学习抓拍照片", "人脸特征", "本人撤回同意", "同意记录"):
        assert words in page, words


def test_a_picture_of_a_given_up_study_goes_too(tenant: Tenant, seen: Seen, clock: FixedClock) -> None:
    """A.7, C-24: no case was ever opened; a year after the last picture the term begins, then appeal and keeping."""
    clock.advance(days=364)
    daily(tenant)
    with unit_of_work(tenant) as ctx:
        assert ctx.db.get(EvidenceTerm, seen.enrollment) is None
    clock.advance(days=2)
    daily(tenant)
    clock.advance(days=104)
    daily(tenant)
    assert len(files(tenant)) == 2
    clock.advance(days=2)
    daily(tenant)
    assert files(tenant) == []
    assert record(tenant) == [("retention", "face", 1), ("retention", "snap", 1)]


def test_an_open_case_holds_its_pictures(national: Tenant, clock: FixedClock, browser_of: BrowserOf) -> None:
    """A.7: a legal hold; however long the case takes."""
    who = trainee(national)
    with unit_of_work(national) as ctx:
        seed_posts(ctx)
    found = enroll(national, who)
    with unit_of_work(national) as ctx:
        ctx.db.add(Snapshot(person_id=who.person_id, enrollment_id=found, slot=3, taken_at=ctx.now,
                            picture_key=ctx.blobs.put(b"\xff\xd8\xffheld", "snap"), verdict="same", faces=1))
        hold_pictures(ctx, found)
    clock.advance(days=900)
    daily(national)
    assert len(files(national)) == 1 and record(national) == []


def test_what_no_row_names_is_swept(tenant: Tenant, seen: Seen, clock: FixedClock) -> None:
    """C-24: a write whose commit was killed, and one killed half way; what a row names, and what is fresh, stays."""
    with unit_of_work(tenant) as ctx:
        lost = ctx.blobs.put(b"\xff\xd8\xfflost", "snap")
        fresh = ctx.blobs.put(b"\xff\xd8\xfffresh", "face")
    blobs = tenant.config.tenant_var(tenant.slug) / "blobs"
    half = blobs / "snap" / "aa" / ".new-x"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    old = (clock.now() - timedelta(days=2)).timestamp()
    for path in files(tenant):
        if path != blobs / fresh:
            os.utime(path, (old, old))
    with unit_of_work(tenant) as ctx:
        assert sweep(ctx) == {"snap": 1, "face": 0}
    assert not (blobs / lost).exists() and not half.exists() and (blobs / fresh).exists()
    assert len(files(tenant)) == 3 and record(tenant) == [("orphan", "snap", 1)]


def test_a_job_that_ran_twice_is_on_record_once(tenant: Tenant, seen: Seen) -> None:
    """O5, C-24: killed between the deleting and the commit, it deletes again; the record is of what was committed."""
    with unit_of_work(tenant) as ctx:
        row = ctx.db.scalars(select(Snapshot)).one()
        key, row.picture_key = row.picture_key, None
        assert key
    with pytest.raises(RuntimeError), unit_of_work(tenant) as ctx:
        purge(ctx, Rule.RETENTION, [key], seen.person_id)
        raise RuntimeError("killed")
    assert record(tenant) == [] and len(files(tenant)) == 1
    with unit_of_work(tenant) as ctx:
        purge(ctx, Rule.RETENTION, [key], seen.person_id)
    assert record(tenant) == [("retention", "snap", 1)]


def test_bytes_that_a_row_still_names_stay(tenant: Tenant, seen: Seen) -> None:
    """The same bytes sent for two moments are kept once: deleting one must not take the other."""
    with unit_of_work(tenant) as ctx:
        key = ctx.db.scalars(select(Snapshot.picture_key)).one()
        assert key
        purge(ctx, Rule.RETENTION, [key])
    assert len(files(tenant)) == 2 and record(tenant) == []


@pytest.mark.parametrize("statement", ["UPDATE face_purge SET count = 9", "DELETE FROM face_purge"])
def test_the_record_is_append_only(tenant: Tenant, seen: Seen, statement: str) -> None:
    """C-24: nobody changes or removes a line of it."""
    with unit_of_work(tenant) as ctx:
        withdraw_consent(ctx, person_of(ctx, seen.person_id))
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work(tenant) as ctx:
        ctx.db.execute(text(statement))


def test_the_administrator_has_the_record_as_a_page(tenant: Tenant, seen: Seen, browser_of: BrowserOf) -> None:
    """C-24: the purge certificate; no other role sees it."""
    with unit_of_work(tenant) as ctx:
        withdraw_consent(ctx, person_of(ctx, seen.person_id))
    run_waiting(tenant)
    page = signed_in(browser_of(tenant), staff(tenant, Role.ADMINISTRATOR)).get("/admin/face-purges/")
    assert page.status_code == 200
    for words in ("人脸信息清除记录", "学习抓拍照片", "本人撤回同意"):
        assert words in page.text, words
    assert signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR)).get("/admin/face-purges/").status_code == 403


def test_a_new_version_asks_again_and_the_old_stays(tenant: Tenant, seen: Seen, browser_of: BrowserOf) -> None:
    """R24, C-24: consent is versioned; who only agreed to the old one can withdraw that, and all goes."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, presence=replace(rule_set.rules.presence, consent_version="2099-1"))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))
    browser = signed_in(browser_of(tenant), seen.who)
    assert "同意书有了新版本" in browser.get("/presence/consent").text
    with unit_of_work(tenant) as ctx:
        person = person_of(ctx, seen.person_id)
        assert face_consent(ctx, person) is None
        assert give_consent(ctx, person).version == "2099-1" and len(consents_of(ctx, person)) == 2
    assert browser.submit("/presence/consent/withdraw").status_code == 303
    run_waiting(tenant)
    assert files(tenant) == []
    with unit_of_work(tenant) as ctx:
        assert all(one.withdrawn_at for one in consents_of(ctx, person_of(ctx, seen.person_id)))


def test_one_click_gives_all_that_is_stored(tenant: Tenant, seen: Seen, browser_of: BrowserOf) -> None:
    """C-24: pictures, times, verdicts, distances, consents as one file; of oneself, and of nobody else."""
    answer = signed_in(browser_of(tenant), seen.who).get("/presence/export")
    assert answer.mimetype == "application/zip" and answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert file.read("pictures/0001.jpg").endswith(b"face") and file.read("pictures/0002.jpg").endswith(b"snap")
        rows = list(csv.reader(io.StringIO(file.read("records.csv").decode("utf-8-sig"))))
        assert [row[1:] for row in rows[1:]] == [["拍照识别", "比对一致", "0.300", "0001.jpg"],
                                                 ["学习中抓拍", "比对一致", "0.310", "0002.jpg"]]
        assert len(file.read("consents.csv").decode().splitlines()) == 2
        assert "128" in file.read("template.csv").decode()
    other = signed_in(browser_of(tenant), trainee(tenant, 2)).get("/presence/export")
    with zipfile.ZipFile(io.BytesIO(other.data)) as file:
        assert not [name for name in file.namelist() if name.startswith("pictures/")]
    assert signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR)).get("/presence/export").status_code == 403

"""L13: the same face under two ID numbers goes to a human."""
import re
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select

from core.access import NOBODY, Actor, Role
from core.base.db import Id
from core.base.errors import Forbidden
from core.base.trail import TrailRow
from core.identity import Person, withdraw_consent
from core.presence import duplicates
from core.presence.duplicates import near, search
from core.presence.matching import packed
from core.presence.models import FaceDuplicate, FaceMean, FaceTemplate
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.people import Somebody, signed_in, staff
from tests.presence.sitter import agreed, altered, person_with_photo

BrowserOf = Callable[[Tenant], Browser]
NOTE = {"note": "对照两份身份证原件，是双胞胎"}


def face(seed: int) -> np.ndarray:
    """A face of its own: as far from the next as two strangers are, about 0.8."""
    return np.random.default_rng(seed).normal(scale=0.05, size=128)


def like(seed: int, apart: float, by: int = 0) -> np.ndarray:
    """A second picture of that face, `apart` from the first."""
    step = np.random.default_rng(1000 + by).normal(size=128)
    return face(seed) + apart * step / np.linalg.norm(step)


def enrolled(tenant: Tenant, serial: int, vector: np.ndarray) -> Somebody:
    """A person with consent, photo, and this descriptor of it, which nobody has searched for yet."""
    somebody = person_with_photo(tenant, serial, photo=b"\xff\xd8\xff" + bytes([serial]))
    agreed(tenant, somebody)
    with unit_of_work(tenant, somebody.actor) as ctx:
        ctx.db.add(FaceTemplate(person_id=somebody.person_id, photo_key=str(serial), vector=packed(vector),
                                made_at=ctx.now))
    return somebody


def searched(tenant: Tenant) -> list[FaceDuplicate]:
    with unit_of_work(tenant, NOBODY) as ctx:
        search(ctx)
    return pairs(tenant)


def pairs(tenant: Tenant) -> list[FaceDuplicate]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return list(ctx.db.scalars(select(FaceDuplicate).order_by(FaceDuplicate.euclid)))


def pictures_on(page: str) -> list[str]:
    """The addresses of the two pictures that a page shows."""
    found = re.findall(r'src="(/presence/pictures/[^"]+)"', page)
    assert len(found) == 2
    return found


def pair_of(*people: Somebody) -> tuple[Id | None, ...]:
    return tuple(sorted(one.person_id for one in people if one.person_id))


def test_near_finds_what_both_distances_find() -> None:
    """L13: the matrix agrees with the plain formula, for E alone and for E and C together."""
    some = np.stack([face(1), face(2)]).astype(np.float32)
    others = np.stack([like(1, 0.25), face(3), like(2, 0.40), face(2)]).astype(np.float32)
    assert [(one, other) for one, other, _e, _c in near(some, others, None, 0.30, 0.0)] == [(0, 0), (1, 3)]
    mean = np.zeros(128, np.float32)
    both = near(some, others, mean, 0.50, 0.20)
    assert [(one, other) for one, other, _e, _c in both] == [(0, 0), (1, 2), (1, 3)]
    for one, other, euclid, cosine in both:
        assert euclid == pytest.approx(np.linalg.norm(some[one] - others[other]), abs=1e-3)
        angle = 1 - some[one] @ others[other] / np.linalg.norm(some[one]) / np.linalg.norm(others[other])
        assert cosine == pytest.approx(angle, abs=1e-3)
    assert near(some, others, mean, 0.50, 0.01) == [(1, 3, pytest.approx(0, abs=1e-2), pytest.approx(0, abs=1e-3))]


def test_an_alias_is_found_once_and_strangers_are_not(national: Tenant) -> None:
    """L13: the second ID of a face goes to review, whichever came first; strangers do not; nobody is told twice."""
    first = enrolled(national, 1, face(1))
    enrolled(national, 2, face(2))
    assert searched(national) == []
    alias = enrolled(national, 3, like(1, 0.20))
    [found] = searched(national)
    assert (found.one_id, found.other_id) == pair_of(first, alias) and found.euclid == pytest.approx(0.20, abs=1e-3)
    assert found.cosine is None and len(searched(national)) == 1
    with unit_of_work(national, NOBODY) as ctx:
        for template in ctx.db.scalars(select(FaceTemplate)):
            assert template.searched_at is not None
            template.searched_at = None
    assert len(searched(national)) == 1


def test_with_a_mean_the_cosine_has_its_say(national: Tenant) -> None:
    """L13: near by E but seen from the tenant's mean in another direction: no alarm."""
    for serial, vector in enumerate((face(1), like(1, 0.25)), 1):
        enrolled(national, serial, vector)
    with unit_of_work(national, NOBODY) as ctx:
        ctx.db.add(FaceMean(vector=packed(like(1, 0.12)), counted=30, made_at=ctx.now))
    assert searched(national) == []


def test_a_face_like_many_does_not_fill_the_list(national: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """L13: at most three pairs for each person of one search, the nearest; a tenant can switch the search off; more
    new descriptors than one search takes are taken by the next."""
    for serial in range(1, 7):
        enrolled(national, serial, like(1, 0.01 * serial, serial))
    altered(national, duplicate_euclid=0.0)
    monkeypatch.setattr(duplicates, "_FRESH", 4)
    assert searched(national) == []
    altered(national, duplicate_euclid=0.30)
    found = searched(national)
    count = [sum(person in (one.one_id, one.other_id) for one in found)
             for person in {one.one_id for one in found} | {one.other_id for one in found}]
    assert found and max(count) <= 3


def test_twins_are_dismissed_and_one_person_goes_to_the_administrator(tenant: Tenant, browser_of: BrowserOf) -> None:
    """L13: both pictures side by side, each look on the trail; decided with a reason, by somebody else, once."""
    people = [enrolled(tenant, serial, like(1, 0.01 * serial, serial)) for serial in (1, 2, 3)]
    first, second, third = (str(row.id) for row in searched(tenant))
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    listed = auditor.get("/admin/face-duplicates/")
    assert "/do/same/" not in listed.text
    assert listed.text.count("等待核对") >= 3 and people[0].id_number not in listed.text
    row = f"/admin/face-duplicates/{first}"
    page = auditor.get(f"{row}/")
    assert "照片对照" in page.text and "已处理" not in page.text
    for address in pictures_on(page.text):
        picture = auditor.get(address)
        assert picture.data.startswith(b"\xff\xd8\xff") and picture.headers["Cache-Control"] == "no-store"
    assert auditor.submit(f"{row}/do/other/", {"note": ""}).status_code == 422
    assert auditor.submit(f"{row}/do/other/", NOTE).status_code == 303
    assert auditor.submit(f"{row}/do/same/", NOTE).status_code == 409
    assert auditor.submit(f"/admin/face-duplicates/{second}/do/same/", NOTE).status_code == 303
    assert auditor.submit(f"/admin/face-duplicates/{second}/do/settle/", NOTE).status_code == 409
    administrator = signed_in(browser_of(tenant), staff(tenant, Role.ADMINISTRATOR))
    assert "疑似同一人" in administrator.get("/admin/").text
    assert administrator.submit(f"/admin/face-duplicates/{second}/do/settle/", NOTE).status_code == 303
    assert [row.state for row in pairs(tenant)] == ["other", "settled", "open"]
    assert third in administrator.get("/admin/face-duplicates/?state=open").text
    for other in (signed_in(browser_of(tenant), people[0]), signed_in(browser_of(tenant), staff(tenant, Role.HOTLINE))):
        assert other.get("/admin/face-duplicates/").status_code == 403
    with unit_of_work(tenant, NOBODY) as ctx:
        looks = ctx.db.scalars(select(TrailRow).where(TrailRow.action == "presence.look")).all()
        assert {look.subject for look in looks} <= {str(one.person_id) for one in people} and len(looks) == 2


def test_nobody_decides_on_the_own_face(national: Tenant) -> None:
    """L13: a clerk who also studies does not decide about that account."""
    people = [enrolled(national, serial, face(1)) for serial in (1, 2)]
    [found] = searched(national)
    clerk = Actor(people[0].account_id, people[0].person_id, "甲", frozenset({Role.TRAINEE, Role.AUDITOR}))
    with unit_of_work(national, clerk) as ctx, pytest.raises(Forbidden, match="自己的照片"):
        duplicates.decide_duplicate(ctx, ctx.db.get_one(FaceDuplicate, found.id), duplicates.ReviewState.OTHER, "双胞胎")


def test_withdrawn_consent_takes_the_pair_along(national: Tenant) -> None:
    """R24: what was worked out from the face is gone with it, unless a human has decided it already."""
    people = [enrolled(national, serial, face(1)) for serial in (1, 2)]
    assert len(searched(national)) == 1
    with unit_of_work(national, people[0].actor) as ctx:
        withdraw_consent(ctx, ctx.db.get_one(Person, people[0].person_id))
    assert pairs(national) == []

"""Who the kit's checks are about: a person with everything, one with nothing, their certificates and enrollments."""
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PIL import Image

from core.base.clock import local_date
from core.base.db import new_id
from core.contract.values import (
    CertificateFacts,
    Column,
    EnrollmentFacts,
    OrderFacts,
    OrderSubject,
    PersonFacts,
)
from core.identity import Person, account_of, open_person, person_facts
from core.identity.service import set_password
from core.organization import posts, seed_posts
from core.registry import STATUS_TEXTS, Certificate, CertificateStatusEntry, Kind, Status, certificate_facts
from core.tenancy import Ctx

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Holding:
    """The certificate that the scenarios use: one that this tenant takes in."""

    issuer: str = "示例省住房和城乡建设厅"
    province: str = "示例省"
    issued_on: date = date(2016, 4, 19)
    post: str = "资料员"


def id_number(serial: int, birth: str = "19900307") -> str:
    """A well-formed resident ID number of nobody."""
    stem = f"110101{birth}{serial:03d}"
    return stem + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True)) % 11]


def phone(serial: int) -> str:
    return f"1380013{serial:04d}"


def picture() -> bytes:
    """A white portrait."""
    buffer = io.BytesIO()
    Image.new("RGB", (295, 413), "white").save(buffer, "JPEG")
    return buffer.getvalue()


def newcomer(ctx: Ctx, serial: int) -> Person:
    """An account as it was opened: initial password, no photo, nothing saved."""
    return open_person(ctx, name="王小明", id_number=id_number(serial), phone=phone(serial), sex="男")


def ready_person(ctx: Ctx, serial: int) -> Person:
    """A person whose file is complete."""
    person = newcomer(ctx, serial)
    person.photo_key = ctx.blobs.put(picture(), "photo")
    person.profile_saved_at = person.portal_opened_at = ctx.now
    set_password(ctx, account_of(ctx, person), "kit:no password opens this account")
    ctx.db.flush()
    return person


def give_certificate(ctx: Ctx, person: Person, holding: Holding, status: Status = Status.NORMAL) -> Certificate:
    """A paper certificate as the ministry's pull brings it."""
    post = next(one for one in seed_posts(ctx) if one.name == holding.post)
    held = Certificate(id=new_id(), person_id=person.id, post_id=post.id, post=post, issuer=holding.issuer,
                       number=f"12{new_id().int % 10**10:010d}", province=holding.province,
                       issued_on=holding.issued_on, kind=Kind.PAPER, created_at=ctx.now, entries=[])
    ctx.db.add(held)
    ctx.db.flush()
    held.entries.append(CertificateStatusEntry(certificate_id=held.id, status=status, at=ctx.now))
    ctx.db.flush()
    return held


def facts_for_hooks(ctx: Ctx, holding: Holding) -> Mapping[Any, Sequence[Any]]:
    """Sample values by type, about people who exist in the scratch database."""
    seed_posts(ctx)
    person = ready_person(ctx, 901)
    held = certificate_facts(ctx, give_certificate(ctx, person, holding), person)
    people = [person_facts(ctx, person), person_facts(ctx, newcomer(ctx, 902))]
    return {PersonFacts: people, CertificateFacts: _certificates(held), OrderFacts: _orders(people[0]),
            EnrollmentFacts: _enrollments(ctx, people[0], held),
            tuple[Column, ...]: [(Column("number", "证书编号"), Column("post", "岗位名称"), Column("actions", "操作"))]}


def _certificates(held: CertificateFacts) -> list[CertificateFacts]:
    """One of each status and of several years, paper and electronic."""
    found = [held, *(replace(held, status=str(text), status_note="样例备注") for text in STATUS_TEXTS.values())]
    found += [replace(held, issued_on=date(year, 6, 1)) for year in (1999, 2014, 2015, 2018, 2019, 2026)]
    return [*found, replace(held, electronic=True), replace(held, issuer="外省协会", province="外省"),
            replace(held, hours_this_year=32, years_on_record=(held.issued_on.year + 1,))]


def _enrollments(ctx: Ctx, person: PersonFacts, held: CertificateFacts) -> list[EnrollmentFacts]:
    """One for each post, unpaid and begun and learned."""
    year, hours = local_date(ctx.now).year, ctx.rules().hours
    first = EnrollmentFacts(
        id=new_id(), person_id=person.id, certificate_id=held.id, post=held.post, year=year,
        kind=ctx.rules().cycle.kinds[0], general_due=hours.general, professional_due=hours.professional,
        hours_done=0, hours_total=hours.general + hours.professional, paid=True)
    return [first, *(replace(first, post=post.name) for post in posts(ctx)), replace(first, paid=False),
            replace(first, hours_done=first.hours_total), replace(first, year=year - 1)]


def _orders(person: PersonFacts) -> list[OrderFacts]:
    return [OrderFacts(new_id(), "20261120120000000001", person.id, state, 9600,
                       (OrderSubject("enrollment", new_id()),)) for state in ("unpaid", "paid", "closed", "refunded")]

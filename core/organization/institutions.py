"""Training institutions 培训机构 that the authority has announced, their fees, and who works there (GD-04, GD-06)."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.base.ids import IdError, parse_credit_code
from core.identity import Account
from core.identity.staffing import limit_staff, staff_by_username, staff_of
from core.organization.models import InstitutionFee, Organization
from core.organization.modes import Mode
from core.tenancy import Ctx, Role

INSTITUTION = "institution"
MOST_FEN = 10_000_00


@dataclass(frozen=True)
class InstitutionFacts:
    """What is announced of an institution; amounts in fen for every post of continuing education, in force since
    `since`. Without them fees are announced post by post (`offers.announce`)."""

    name: str
    city: str
    training_fen: int = 0
    textbook_fen: int = 0
    since: date | None = None
    place: str = ""
    telephone: str = ""
    credit_code: str = ""


def institutions(*, closed: bool = False) -> Select[Organization]:
    """The institutions by city and name; those off the list only where asked."""
    wanted = select(Organization).where(Organization.kind == INSTITUTION).order_by(Organization.city, Organization.name)
    return wanted if closed else wanted.where(Organization.closed_at.is_(None))


def institution(ctx: Ctx, organization_id: Id | None) -> Organization:
    """One institution; NotFound when there is none."""
    found = ctx.db.get(Organization, organization_id) if organization_id else None
    if found is None or found.kind != INSTITUTION:
        raise NotFound("institution", _("没有找到这家培训机构。"))
    return found


def fees_of(ctx: Ctx, held: Organization) -> Sequence[InstitutionFee]:
    """What was ever announced for every post of continuing education, the newest first (GD-06)."""
    return ctx.db.scalars(select(InstitutionFee).where(
        InstitutionFee.organization_id == held.id, InstitutionFee.post_id.is_(None),
        InstitutionFee.mode == Mode.CONTINUING).order_by(
            InstitutionFee.since.desc(), InstitutionFee.id.desc())).unique().all()


def fee_in_force(ctx: Ctx, held: Organization) -> InstitutionFee | None:
    """The announced fee of today (GD-06); None before the first one's day."""
    today = local_date(ctx.now)
    newest = next((fee for fee in fees_of(ctx, held) if fee.since <= today), None)
    return newest if newest is not None and not newest.withdrawn else None


def add_institution(ctx: Ctx, facts: InstitutionFacts) -> Organization:
    """A further institution. Conflict for a name or credit code that exists."""
    held = Organization(kind=INSTITUTION, name="", created_at=ctx.now)
    _write(ctx, held, facts)
    ctx.db.add(held)
    ctx.db.flush()
    _announce(ctx, held, facts)
    return held


def change_institution(ctx: Ctx, held: Organization, facts: InstitutionFacts) -> None:
    """Other facts, or another fee from a day on; what has been taken at the former fee stays as it is."""
    _write(ctx, held, facts)
    newest = fees_of(ctx, held)[:1]
    if not newest or (newest[0].training_fen, newest[0].textbook_fen, newest[0].since) != (
            facts.training_fen, facts.textbook_fen, facts.since):
        _announce(ctx, held, facts)


def _write(ctx: Ctx, held: Organization, facts: InstitutionFacts) -> None:
    known = ctx.db.scalar(select(Organization).where(Organization.name == facts.name))
    if known is not None and known is not held:
        raise Conflict("institution_name", _("“%(name)s”已经有了。", name=facts.name), field="name",
                       hint=_("请在列表中找到它再修改。"))
    held.name, held.city, held.place, held.telephone = facts.name, facts.city, facts.place, facts.telephone
    held.credit_code = _credit_code(ctx, held, facts.credit_code)


def _credit_code(ctx: Ctx, held: Organization, typed: str) -> str | None:
    if not typed:
        return None
    try:
        code = parse_credit_code(typed)
    except IdError as error:
        raise Refused("credit_code", str(error), field="credit_code") from error
    known = ctx.db.scalar(select(Organization).where(Organization.credit_code == code))
    if known is not None and known is not held:
        raise Conflict("credit_code", _("这个统一社会信用代码已属于“%(name)s”。", name=known.name), field="credit_code",
                       hint=_("请对照证照核对。"))
    return code


def _announce(ctx: Ctx, held: Organization, facts: InstitutionFacts) -> None:
    if facts.since is None:
        if facts.training_fen or facts.textbook_fen:
            raise Refused("since", _("填写了收费标准的，请填写执行日期。"), field="since")
        return
    if not 0 < facts.training_fen <= MOST_FEN or not 0 <= facts.textbook_fen <= MOST_FEN:
        raise Refused("fee", _("培训费应大于 0，每项最多 10000 元。"), field="training_fen")
    ctx.db.add(InstitutionFee(organization_id=held.id, training_fen=facts.training_fen,
                              textbook_fen=facts.textbook_fen, since=facts.since, set_at=ctx.now))
    ctx.db.flush()
    ctx.record("organization.announce_fee", held.id, training=facts.training_fen, textbook=facts.textbook_fen,
               since=facts.since.isoformat())


def close_institution(ctx: Ctx, held: Organization) -> None:
    """Off the announced list: enrolls nobody any more; whoever it enrolled goes on."""
    held.closed_at = ctx.now


def reopen_institution(ctx: Ctx, held: Organization) -> None:
    """On the announced list again."""
    held.closed_at = None


def clerks(ctx: Ctx, held: Organization) -> list[Account]:
    """The staff accounts that work for an institution."""
    return staff_of(ctx, held.id)


def appoint_clerk(ctx: Ctx, held: Organization, username: str) -> None:
    """Let a staff account with the role 培训机构 work for this institution and for no other."""
    account = staff_by_username(ctx, username)
    if account is None or Role.INSTITUTION not in {Role(row.role) for row in account.roles}:
        raise Refused("clerk", _("没有账号“%(name)s”，或者它没有“培训机构”角色。", name=username.strip()),
                      hint=_("请先在“工作人员”里新建账号并选择“培训机构”角色。"))
    limit_staff(ctx, account, Role.INSTITUTION, held.id)

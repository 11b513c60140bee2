"""What an administrator does with staff accounts: change roles, lock, unlock."""
from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Refused
from core.identity.accounts import StaffFacts
from core.identity.models import Account, AccountRole
from core.identity.service import end_sessions
from core.tenancy import Ctx, Role


def change_staff(ctx: Ctx, account: Account, facts: StaffFacts) -> None:
    """New name, phone and roles; takes effect with the next request. Raises Refused for giving up one's own rights."""
    if not facts.roles or Role.TRAINEE in facts.roles:
        raise Refused("roles", _("请至少选择一个工作人员角色。"), field="roles")
    held = {Role(row.role) for row in account.roles}
    if account.id == ctx.actor.account_id and Role.ADMINISTRATOR in held - facts.roles:
        raise Refused("own_roles", _("不能取消自己的管理员角色。"), field="roles", hint=_("请让另一位管理员来做。"))
    account.display_name, account.phone = facts.display_name, facts.phone
    for row in [row for row in account.roles if Role(row.role) not in facts.roles]:
        account.roles.remove(row)
    limits = (facts.organization_id, facts.city)
    account.roles.extend(AccountRole(role=role, organization_id=limits[0], city=limits[1])
                         for role in sorted(facts.roles - held))
    ctx.db.flush()


def lock_staff(ctx: Ctx, account: Account) -> None:
    """No more sign-in, and all open sessions end at once (U6)."""
    if account.id == ctx.actor.account_id:
        raise Refused("own_account", _("不能停用自己的账号。"), hint=_("请让另一位管理员来做。"), status=409)
    account.disabled_at = ctx.now
    end_sessions(ctx, account.id)


def unlock_staff(ctx: Ctx, account: Account) -> None:
    """Sign-in works again."""
    account.disabled_at = None


def staff_by_username(ctx: Ctx, username: str) -> Account | None:
    """The staff account of this name, however it was typed."""
    return ctx.db.scalar(select(Account).where(
        Account.username == username.strip().lower(), Account.person_id.is_(None)))


def staff_of(ctx: Ctx, organization_id: Id) -> list[Account]:
    """The staff accounts that are limited to an organization."""
    return list(ctx.db.scalars(select(Account).where(Account.id.in_(
        select(AccountRole.account_id).where(AccountRole.organization_id == organization_id)))
        .order_by(Account.username)))


def staff_with(ctx: Ctx, role: Role) -> list[Account]:
    """The staff accounts that hold a role."""
    return list(ctx.db.scalars(select(Account).where(Account.person_id.is_(None), Account.id.in_(
        select(AccountRole.account_id).where(AccountRole.role == role))).order_by(Account.username)))


def limit_to_city(ctx: Ctx, account: Account, role: Role, city: str | None) -> None:
    """Limit what an account may do in a role to one city; None takes the city away. Open pages end (U6)."""
    for row in account.roles:
        if Role(row.role) is role:
            row.city = city
    ctx.db.flush()
    end_sessions(ctx, account.id)
    ctx.record("identity.limit_staff", account.id, role=role, city=city or "")


def limit_staff(ctx: Ctx, account: Account, role: Role, organization_id: Id) -> None:
    """Limit what an account may do in a role to one organization; open pages of the former one end (U6)."""
    for row in account.roles:
        if Role(row.role) is role:
            row.organization_id = organization_id
    ctx.db.flush()
    end_sessions(ctx, account.id)
    ctx.record("identity.limit_staff", account.id, role=role, organization=str(organization_id))

"""Staff accounts and their roles in the back office."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, select

from core.admin import Col, Console, EditView, Fact, Group, Pick, RowAction, Tone, daytime, status
from core.base.errors import Refused
from core.base.ids import IdError, parse_mobile
from core.identity import staffing
from core.identity.accounts import StaffFacts, open_staff
from core.identity.models import Account, AccountRole
from core.tenancy import Ctx, Role
from core.web.filters import masked_phone
from core.web.forms import FormSchema, shown

ROLE_WORDS = {
    Role.ADMINISTRATOR: _l("系统管理员"), Role.APPROVER: _l("复核员"), Role.AUDITOR: _l("学时审核员"),
    Role.HOTLINE: _l("客服"), Role.INSTITUTION: _l("培训机构"), Role.ENTERPRISE: _l("企业"),
    Role.REGULATOR: _l("主管部门"), Role.INVIGILATOR: _l("监考员"), Role.WITNESS: _l("见证员"),
    Role.OPERATOR: _l("平台运维"),
}
ROLES = tuple((role.value, words) for role, words in ROLE_WORDS.items())
STATES = (("open", _l("可登录")), ("locked", _l("已停用")))


@dataclass(frozen=True)
class TypedStaff:
    """A staff account as it was typed."""

    display_name: str
    roles: list[str]
    username: str = ""
    phone: str = ""
    password: str = ""

    def facts(self, username: str, account: Account | None = None) -> StaffFacts:
        """What services ask for; the limits of an account stay as they are. Raises Refused for a wrong phone."""
        try:
            phone = parse_mobile(self.phone) if self.phone else ""
        except IdError as error:
            raise Refused("phone", str(error), field="phone") from error
        scoped = next((row for row in account.roles if row.organization_id or row.city), None) if account else None
        return StaffFacts(username, self.display_name, frozenset(Role(role) for role in self.roles), phone,
                          scoped.organization_id if scoped else None, scoped.city if scoped else None)


class StaffSchema(FormSchema[TypedStaff]):
    into = TypedStaff

    display_name = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(_l("姓名")))
    phone = fields.String(metadata=shown(_l("手机号"), "phone", hint=_l("用于接收短信验证码。")))
    roles = fields.List(fields.String(validate=validate.OneOf([value for value, _words in ROLES])), required=True,
                        validate=validate.Length(min=1), metadata=shown(_l("角色"), "checks", choices=ROLES))


class NewStaffSchema(StaffSchema):
    username = fields.String(required=True, validate=validate.Length(max=64), metadata=shown(
        _l("账号"), hint=_l("登录时填写，保存后不能更改。"), autocomplete="off"))
    password = fields.String(required=True, metadata=shown(
        _l("初始密码"), "password", hint=_l("首次登录后必须修改。"), autocomplete="new-password"))


def roles_in_words(row: Account) -> str:
    return "、".join(str(ROLE_WORDS.get(Role(one.role), one.role)) for one in row.roles if one.role in set(Role))


def _state(row: Account) -> object:
    return status(_("已停用"), Tone.STOP) if row.disabled_at else status(_("可登录"), Tone.DONE)


class Staff(EditView[Account]):
    """工作人员: who may do what in this tenant."""

    model, key, title, group, icon = Account, "staff", _l("工作人员"), Group.PEOPLE, "person-vcard"
    summary = _l("后台账号和角色。")
    new_label = _l("新建账号")
    search_hint = _l("账号或姓名")
    empty = _l("新建一个工作人员账号。")
    columns = (
        Col[Account]("username", _l("账号"), lambda row: row.username, sort=Account.username, kind="short"),
        Col[Account]("name", _l("姓名"), lambda row: row.display_name, sort=Account.display_name),
        Col[Account]("roles", _l("角色"), roles_in_words),
        Col[Account]("phone", _l("手机号"), lambda row: masked_phone(row.phone), kind="short"),
        Col[Account]("created", _l("建立时间"), lambda row: daytime(row.created_at), sort=Account.created_at,
                     kind="short"),
        Col[Account]("state", _l("状态"), _state, kind="short"),
    )
    picks = (
        Pick("role", _l("角色"), lambda _ctx: [(value, str(words)) for value, words in ROLES],
             lambda rows, value: rows.where(Account.id.in_(
                 select(AccountRole.account_id).where(AccountRole.role == value)))),
        Pick("state", _l("状态"), lambda _ctx: [(value, str(words)) for value, words in STATES],
             lambda rows, value: rows.where(Account.disabled_at.is_(None) if value == "open"
                                            else Account.disabled_at.is_not(None))),
    )
    actions = (
        RowAction[Account]("lock", _l("停用"), staffing.lock_staff,
                           lambda row: _("停用后“%(name)s”立即退出，不能再登录。", name=row.display_name),
                           lambda row: row.disabled_at is None, kind="danger"),
        RowAction[Account]("unlock", _l("启用"), staffing.unlock_staff,
                           lambda row: _("启用后“%(name)s”可以再登录。", name=row.display_name),
                           lambda row: row.disabled_at is not None),
    )
    schema = StaffSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Account).where(Account.person_id.is_(None)).order_by(Account.username)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Account.username.contains(term.lower(), autoescape=True)
                          | Account.display_name.contains(term, autoescape=True))

    def facts(self, ctx: Ctx, row: Account) -> Sequence[Fact]:
        changed = Fact(_("密码修改时间"), daytime(row.password_changed_at) or _("尚未修改初始密码"))
        return [*super().facts(ctx, row), changed]

    def prepared_new(self, _ctx: Ctx) -> FormSchema[Any]:
        return NewStaffSchema()

    def values(self, _ctx: Ctx, row: Account) -> Mapping[str, Any]:
        return {"display_name": row.display_name, "phone": row.phone, "roles": sorted(one.role for one in row.roles)}

    def make(self, ctx: Ctx, asked: TypedStaff) -> Account:
        return open_staff(ctx, asked.facts(asked.username), asked.password)

    def change(self, ctx: Ctx, row: Account, asked: TypedStaff) -> None:
        staffing.change_staff(ctx, row, asked.facts(row.username or "", row))


def install(console: Console) -> None:
    console.add(Staff())

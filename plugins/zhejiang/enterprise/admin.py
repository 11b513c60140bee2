"""The regulator's queue, the administrators' list, and the entries of this room in the menu."""
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from core.api import Ctx
from core.api.console import Col, Console, Fact, Group, Pick, TableView, Tone, daytime, status
from core.api.organization import like_party
from core.api.web import Permission, current_ctx, mask_mobile

from plugins.zhejiang.enterprise import queries
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import KIND_WORDS, STATE_TONES, STATE_WORDS, Kind, State
from plugins.zhejiang.parties import approved
from plugins.zhejiang.settings import rules_of


def _state(row: Enterprise) -> object:
    if row.waiting_changes:
        return status(_("变更待审"), Tone.ACTIVE)
    return status(STATE_WORDS[State(row.state)], Tone(STATE_TONES[State(row.state)]))


_COLUMNS = (
    Col[Enterprise]("name", _l("单位名称"), lambda row: row.party.name),
    Col[Enterprise]("kind", _l("单位类型"), lambda row: KIND_WORDS[Kind(row.kind)], sort=Enterprise.kind, kind="short"),
    Col[Enterprise]("code", _l("统一社会信用代码"), lambda row: row.party.credit_code, kind="short"),
    Col[Enterprise]("contact", _l("联络人"), lambda row: row.contact_name, kind="short"),
    Col[Enterprise]("phone", _l("手机号"), lambda row: mask_mobile(row.contact_phone), kind="short"),
    Col[Enterprise]("submitted", _l("提交时间"), lambda row: daytime(row.submitted_at), sort=Enterprise.submitted_at,
                    kind="short"),
    Col[Enterprise]("state", _l("状态"), _state, sort=Enterprise.state, kind="short"),
)
_PICKS = (
    Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in STATE_WORDS.items()],
         lambda rows, value: rows.where(Enterprise.state == value)),
    Pick("kind", _l("单位类型"), lambda _ctx: [(kind.value, str(words)) for kind, words in KIND_WORDS.items()],
         lambda rows, value: rows.where(Enterprise.kind == value)),
)


class Registrations(TableView[Enterprise]):
    """企业审核: the registrations of the regulator's own city (ZJ-04)."""

    model, key, title, group, icon = Enterprise, "zj_registrations", _l("企业审核"), Group.TODO, "clipboard-check"
    permission = Permission.REGULATE
    summary = _l("本市企业、学校的注册和变更，等待审核的排在前面。")
    search_hint, empty = _l("单位名称或统一社会信用代码"), _l("企业提交注册后会列在这里。")
    list_template = "zhejiang/enterprise/queue.html"
    details = False
    columns, picks = _COLUMNS, _PICKS

    def count(self, ctx: Ctx) -> int:
        return queries.waiting(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return queries.registrations(ctx.actor.city)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(like_party(Enterprise.organization_id, term))

    def rows(self, ctx: Ctx) -> Select[Any]:
        """What was never handed in is only found by who looks for it: to help with a lost password."""
        found = super().rows(ctx)
        looked_for = request.args.get("q") or request.args.get("state") == State.DRAFT
        return found if looked_for else found.where(Enterprise.state != State.DRAFT)

    def render(self, template: str, **variables: Any) -> str:
        return super().render(template, city=current_ctx().actor.city, **variables)


class Enterprises(TableView[Enterprise]):
    """报名企业: all of them, for administrators, who look and do not judge."""

    model, key, title, group, icon = Enterprise, "zj_enterprises", _l("报名企业"), Group.PEOPLE, "buildings"
    summary = _l("注册的企业、分公司和学校。审核由各市主管部门办理。")
    search_hint, empty = _l("单位名称或统一社会信用代码"), _l("企业注册后会列在这里。")
    row_template = "zhejiang/enterprise/row.html"
    columns = (*_COLUMNS, Col[Enterprise]("city", _l("审核的管理部门"), lambda row: row.city, sort=Enterprise.city,
                                          kind="short"))
    picks = (*_PICKS, Pick("city", _l("城市"), lambda ctx: [(city, city) for city in rules_of(ctx).cities],
                           lambda rows, value: rows.where(Enterprise.city == value)))

    def select(self, _ctx: Ctx) -> Select[Any]:
        return queries.listed().order_by(Enterprise.created_at.desc(), Enterprise.id)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(like_party(Enterprise.organization_id, term))

    def facts(self, ctx: Ctx, row: Enterprise) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("单位地址"), row.address), Fact(_("办公电话"), row.office_phone)]

    def more(self, ctx: Ctx, row: Enterprise) -> dict[str, Any]:
        return {"papers": queries.papers_of(ctx, row), "lines": queries.history_of(ctx, row)}


def install(console: Console) -> None:
    console.add(Registrations(), Enterprises())
    console.link(Group.ENTRY, _l("企业信息"), "zj_enterprise.home", Permission.ENROLL_STAFF, icon="building",
                 summary=_l("注册审核进度、证照、联络人。"))
    console.link(Group.PEOPLE, _l("经办人"), "zj_clerks.clerk_list", Permission.ENROLL_STAFF, icon="people",
                 summary=_l("本单位的报名账号和负责人。"), offered=approved)
    console.link(Group.PEOPLE, _l("城市主管部门"), "zj_regulation.regulators", Permission.ADMINISTER, icon="geo-alt",
                 summary=_l("哪个账号审核哪个市的企业。"))

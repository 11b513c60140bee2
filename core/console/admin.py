"""What spans flows in the back office: people with their whole case, the trail, the tenant's rules."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, PageView, TableView, Tone, daytime, expose, status
from core.base.trail import TrailRow
from core.console import plugins
from core.console.board import board_of
from core.console.naming import CODES, GROUPS, HOOKS, RULES
from core.extension.settings import settings_of
from core.extension import hooks
from core.identity import SIDE_TEXTS, Person, Side, person_facts, scans_of
from core.registration.scans import address_of
from core.tenancy import Ctx
from core.tenancy.settings import national_rules
from core.web import current_ctx
from core.web.filters import masked_id, masked_phone


class People(TableView[Person]):
    """学员: everybody who registered, and the whole case of each."""

    model, key, title, group, icon = Person, "people", _l("学员"), Group.PEOPLE, "people"
    permission = Permission.READ_CASES
    summary = _l("学员档案和办理全过程。")
    lead = _l("姓名和号码加密保存，只能按完整的身份证号或手机号查找。")
    search_hint = _l("身份证号或手机号")
    private_search = True
    empty = _l("学员注册后，这里会有记录。")
    row_template = "console/case.html"
    columns = (
        Col[Person]("name", _l("姓名"), lambda row: row.name, kind="short"),
        Col[Person]("sex", _l("性别"), lambda row: row.sex, kind="short"),
        Col[Person]("id_number", _l("身份证号"), lambda row: masked_id(row.id_number), kind="short"),
        Col[Person]("phone", _l("手机号"), lambda row: masked_phone(row.phone), kind="short"),
        Col[Person]("photo", _l("照片"), lambda row: status(_("已上传"), Tone.DONE) if row.photo_key
                    else status(_("未上传"), Tone.QUIET), kind="short"),
        Col[Person]("created", _l("注册时间"), lambda row: daytime(row.created_at), sort=Person.created_at, kind="short"),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Person).order_by(Person.created_at.desc(), Person.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        asked = term.removeprefix("~")
        return rows.where((Person.id_number_mac == asked) | (Person.phone_mac == asked))

    def facts(self, _ctx: Ctx, row: Person) -> Sequence[Fact]:
        return [Fact(_("性别"), row.sex), Fact(_("身份证号"), masked_id(row.id_number)),
                Fact(_("手机号"), masked_phone(row.phone)), Fact(_("注册时间"), daytime(row.created_at))]

    def more(self, ctx: Ctx, row: Person) -> dict[str, Any]:
        """The eight steps, the blocks of all flows, and the ID card at addresses that live for minutes."""
        scans = [(SIDE_TEXTS[Side(scan.side)], address_of(ctx, scan)) for scan in scans_of(ctx, row)]
        return {"board": board_of(ctx, row), "sections": hooks(ctx).collect_case_sections(person_facts(ctx, row)),
                "scans": scans}


class Trail(TableView[TrailRow]):
    """操作记录: who did what, when, from where, with which result. Nothing here can be changed."""

    model, key, title, group, icon = TrailRow, "trail", _l("操作记录"), Group.SYSTEM, "clock-history"
    summary = _l("每一次更改的人、时间和结果。")
    search_hint = _l("动作、对象或账号")
    empty = _l("有人更改内容后，这里会有记录。")
    details = False
    columns = (
        Col[TrailRow]("seq", _l("序号"), lambda row: row.seq, sort=TrailRow.seq, kind="num"),
        Col[TrailRow]("at", _l("时间"), lambda row: daytime(row.at), sort=TrailRow.at, kind="short"),
        Col[TrailRow]("action", _l("动作"), lambda row: row.action, sort=TrailRow.action),
        Col[TrailRow]("subject", _l("对象"), lambda row: row.subject),
        Col[TrailRow]("actor", _l("账号"), lambda row: row.actor),
        Col[TrailRow]("roles", _l("角色"), lambda row: row.roles),
        Col[TrailRow]("address", _l("来源地址"), lambda row: row.address or "", kind="short"),
        Col[TrailRow]("detail", _l("内容"), lambda row: "；".join(f"{key}={value}" for key, value in row.detail.items())),
        Col[TrailRow]("result", _l("结果"), lambda row: status(_("成功"), Tone.DONE) if row.result == "ok"
                      else status(_("拒绝"), Tone.STOP), kind="short"),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(TrailRow).order_by(TrailRow.seq.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(TrailRow.action.contains(term, autoescape=True) | (TrailRow.subject == term)
                          | (TrailRow.actor == term))


@dataclass(frozen=True)
class RuleLine:
    """A rule as the page shows it."""

    key: str
    name: str
    value: str
    source: str

    def speaks_of(self, term: str) -> bool:
        return any(term in part for part in (self.key, self.name, self.value, self.source))


class RulesPage(PageView):
    """规则: the tenant's values with the row each comes from; to read, changing them comes later."""

    key, title, group, icon = "rules", _l("规则"), Group.SYSTEM, "sliders"
    summary = _l("本平台现行的数值和文字，以及每一条的依据。")

    @expose("/")
    def index_view(self) -> str:
        ctx = current_ctx()
        term = request.args.get("q", "").strip()[:60]
        groups = [(name, [line for line in lines if line.speaks_of(term)])
                  for name, lines in [*rule_lines(ctx), *plugin_lines(ctx)]]
        return self.draw("console/rules.html", groups=[(name, lines) for name, lines in groups if lines], term=term,
                         version=ctx.tenant.file.rule_set.version)


def plugin_lines(ctx: Ctx) -> list[tuple[str, list[RuleLine]]]:
    """The rules of the tenant's plugins, each plugin a group."""
    rule_set = ctx.tenant.file.rule_set
    found = []
    for name in ctx.tenant.file.plugins:
        settings = settings_of(ctx.tenant.plugins.get_plugin(name))
        if settings is not None:
            values: object = rule_set.of_plugin(settings.kind)
            found.append((str(settings.names[""]), [
                RuleLine(key := f"{name}.{one.name}", str(settings.names[one.name]),
                         in_words(getattr(values, one.name), {}), rule_set.sources.get(key, ""))
                for one in fields(settings.kind)]))
    return found


def rule_lines(ctx: Ctx) -> list[tuple[str, list[RuleLine]]]:
    """The core's rules in force by group, in the order of their definition."""
    rules, sources = ctx.rules(), ctx.tenant.file.rule_set.sources
    found = []
    for group in fields(rules):
        values = getattr(rules, group.name)
        keys = [(f"{group.name}.{one.name}", getattr(values, one.name)) for one in fields(values)]
        found.append((str(GROUPS[group.name]),
                      [RuleLine(key, str(RULES[key]), in_words(value, CODES.get(key, {})), sources.get(key, ""))
                       for key, value in keys]))
    return found


def in_words(value: object, codes: Mapping[str, Any]) -> str:
    """A rule's value as people write it; `codes` are the words of values that stand for a choice."""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, (tuple, list)) and value:
        return "；".join(in_words(one, codes) for one in value)
    return "—" if value is None or value == "" or value == () else str(codes.get(str(value), value))


@dataclass(frozen=True)
class ChangedRule:
    """A rule that this tenant sets otherwise than the nation."""

    line: RuleLine
    national: str


def changed_rules(ctx: Ctx) -> list[ChangedRule]:
    """What differs from the national values, in the order of the rules page."""
    config = ctx.tenant.config
    national = national_rules(config.tenants, demo=config.demo)
    found = []
    for _name, lines in rule_lines(ctx):
        for line in lines:
            value = in_words(national.value(line.key), CODES.get(line.key, {}))
            if value != line.value:
                found.append(ChangedRule(line, value))
    return found


class PluginsPage(PageView):
    """插件检查: what makes this tenant differ, and whether its plugins keep the contract (C-13)."""

    key, title, group, icon = "plugins", _l("插件检查"), Group.SYSTEM, "clipboard-check"
    summary = _l("本平台启用的插件改变了什么，以及插件是否合格。")

    @expose("/")
    def index_view(self) -> str:
        ctx = current_ctx()
        check = plugins.latest_check(ctx)
        return self.draw("console/plugins.html", on=plugins.plugins_on(ctx), off=plugins.plugins_off(ctx),
                         rules=changed_rules(ctx), check=check, waiting=plugins.under_way(ctx, check),
                         done=check is not None and check.state == plugins.CheckState.DONE, words=HOOKS)

    @expose("/check/", methods=("POST",))
    def check_view(self) -> ResponseReturnValue:
        """Have it checked; with `plugin` before that one is put on."""
        plugins.ask_check(current_ctx(), request.form.get("plugin", "")[:40])
        flash(_("检查已开始，约需一分钟。请稍后刷新本页。"), "done")
        return redirect(self.at("index_view"), 303)


def install(console: Console) -> None:
    console.add(People(), Trail(), RulesPage(), PluginsPage())

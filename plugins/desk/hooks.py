"""The correction desk's answers to the contract (BJ-02, C-22)."""
from flask_babel import gettext as _

from core.api import (
    CaseSection,
    Ctx,
    PersonFacts,
    Problem,
    RecordNote,
    SensitiveAction,
    hookimpl,
)
from core.api.console import daytime
from core.api.web import mask_mobile

from plugins.desk.queries import open_ticket_of, tickets_of, wait_of
from plugins.desk.states import STATE_WORDS, State
from plugins.desk.texts import moment


@hookimpl
def check_sensitive_action(ctx: Ctx, person: PersonFacts, action: SensitiveAction) -> list[Problem]:
    """C-22: whoever talked the desk into another phone gains nothing before the old number has had time to object."""
    wait = wait_of(ctx, person.id)
    if wait is None:
        return []
    calm = _("学习不受影响。")
    if wait.reported:
        return [Problem("phone_disputed", _("原手机号的机主对更正提出了异议，核实清楚以前不能办理这一项。"), hint=calm)]
    return [Problem("phone_cooling", _("手机号刚刚更正，为防止他人冒用，%(until)s以后才能办理这一项。", until=moment(wait.until)),
                    hint=calm)]


@hookimpl
def collect_record_notes(ctx: Ctx, person: PersonFacts) -> list[RecordNote]:
    """C-22: how far the trainee's own ticket is, above 我的档案."""
    ticket = open_ticket_of(ctx, person.id)
    if ticket is not None:
        said = {
            State.OPEN: _("客服正在核实您的身份。"),
            State.IN_PERSON: _("电话里没能核实身份，请本人带身份证原件到培训中心办理。"),
            State.VERIFIED: _("身份已核实，请把新手机号告诉客服。"),
        }.get(State(ticket.state), _("正在复核，通过后原号码和新号码都会收到短信。"))
        return [RecordNote("desk", said, _("手机号更正工单 %(number)s", number=ticket.number))]
    wait = wait_of(ctx, person.id)
    if wait is None:
        return []
    said = (_("有人对这次更正提出异议，正在核实。核实前不能找回密码、更新证书，学习不受影响。") if wait.reported
            else _("手机号已更正。%(until)s以前不能找回密码、更新证书，学习不受影响。", until=moment(wait.until)))
    return [RecordNote("desk", said, _("手机号更正工单 %(number)s", number=wait.ticket.number), urgent=wait.reported)]


@hookimpl
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """All corrections of a person's phone, in the whole case."""
    rows = tuple((row.number, daytime(row.opened_at), str(STATE_WORDS[State(row.state)]), mask_mobile(row.old_phone),
                  mask_mobile(row.new_phone or ""), row.clerk) for row in tickets_of(ctx, person.id))
    if not rows:
        return []
    head = (_("工单"), _("登记时间"), _("状态"), _("原号码"), _("新号码"), _("登记人"))
    return [CaseSection(15, _("手机号更正"), table_head=head, table=rows)]

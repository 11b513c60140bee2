"""Core's own answers to the hooks that concern the audit."""
from flask import url_for
from flask_babel import gettext as _

from core.audit.queries import cases_of, last_decision, line_of
from core.audit.rules import Clock
from core.audit.states import GROUND_TEXTS, STATE_TEXTS, CaseState, Ground
from core.contract.hooks import hookimpl
from core.contract.values import Action, CaseRow, CaseSection, PersonFacts, Step, StepState
from core.tenancy import Ctx
from core.web.filters import day, daytime
from core.web.helping import whom_to_ask


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """六 学时审核 (N-03, N-38): waiting is shown honestly, a clearing with its reason."""
    title, cases = _("学时审核"), cases_of(ctx, person.id)
    if not cases:
        return [Step(6, title, StepState.WAITING_START, _("学习与考核完成后自动提交审核。"))]
    case = next((one for one in cases if one.state == CaseState.CLEARED), cases[0])
    newest = next((one for one in cases if one.enrollment_id == case.enrollment_id), case)
    if newest.state != CaseState.CLEARED:
        case = next((one for one in cases if one.state == CaseState.WAITING), cases[0])
    line = line_of(ctx, case)
    look = Action("audit", title, url_for("audit.waiting", enrollment_id=case.enrollment_id))
    if case.state == CaseState.WAITING:
        late = line.clock is Clock.LATE
        reason = (_("%(post)s：已超过承诺的时间，请%(ask)s催办。", post=line.post, ask=whom_to_ask(ctx)) if late else
                  _("%(post)s：预计%(day)s前完成，结果以短信告知。", post=line.post, day=day(case.due_last)))
        return [Step(6, title, StepState.IN_AUDIT, reason, since=case.opened_at, action=look)]
    decision = last_decision(ctx, case)
    since = decision.at if decision else case.opened_at
    if case.state == CaseState.PASSED:
        return [Step(6, title, StepState.DONE, _("%(post)s：学时已计入有效学时。", post=line.post), since=since, action=look)]
    ground = GROUND_TEXTS[Ground(decision.ground)] if decision and decision.ground else ""
    said = (_("%(post)s：部分学时已清除（%(ground)s），请补学。", post=line.post, ground=ground) if decision and decision.partial
            else _("%(post)s：学时已清零（%(ground)s），请重新学习。", post=line.post, ground=ground))
    return [Step(6, title, StepState.NEEDS_CARE, said, since=since, action=look)]


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """Every audit of a person, for the whole case."""
    table = []
    for case in cases_of(ctx, person.id):
        line, decision = line_of(ctx, case), last_decision(ctx, case)
        ground = str(GROUND_TEXTS[Ground(decision.ground)]) if decision and decision.ground else ""
        table.append((line.post, str(case.year), str(case.round), str(STATE_TEXTS[CaseState(case.state)]),
                      daytime(case.opened_at), day(case.due_last), daytime(decision.at) if decision else "",
                      decision.by_name if decision else "", ground, decision.reason if decision else ""))
    head = (_("岗位"), _("年度"), _("次数"), _("状态"), _("提交时间"), _("应办结"), _("办结时间"), _("审核员"), _("依据"), _("理由"))
    rows = () if table else (CaseRow(_("审核"), _("没有审核记录")),)
    return [CaseSection(60, _("学时审核"), rows=rows, table_head=head, table=tuple(table))]

"""The deadline in words: steps, outlooks, sentences that name the day and the next step."""
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.base.errors import Problem
from core.deadline.rules import Counts, Outlook, Standing, Verdict
from core.web.filters import day

STEP_WORDS = {
    Counts.HOURS: _l("学完全部学时"), Counts.EXAM: _l("考核合格"), Counts.SUBMITTED: _l("提交审核"),
    Counts.AUDITED: _l("学时审核通过"), Counts.REPLACED: _l("证书更新"),
}

OUTLOOK_WORDS = {
    Outlook.IN_TIME: _l("来得及"), Outlook.NOT_ENROLLED: _l("还没有报名缴费"), Outlook.NOT_BEGUN: _l("报了名还没有学"),
    Outlook.STALLED: _l("近期没有学习"), Outlook.TOO_SLOW: _l("学得太慢"), Outlook.NO_ROOM: _l("来不及考核或审核"),
    Outlook.LATE: _l("已经过期"),
}

STANDING_WORDS = {
    Standing.FREE: _l("没有期限"), Standing.DONE: _l("已换证"), Standing.OPEN: _l("未到期"), Standing.GRACE: _l("宽限期内"),
    Standing.KEPT: _l("按期办理，仍可换证"), Standing.LATE: _l("已截止"),
}

TONES = {Standing.FREE: "quiet", Standing.DONE: "done", Standing.OPEN: "active", Standing.GRACE: "active",
         Standing.KEPT: "done", Standing.LATE: "stop"}


def counts_sentence(counts: Counts) -> str:
    """What must be reached by the end."""
    return str(_("以“%(step)s”的时间为准", step=STEP_WORDS[counts]))


def late_sentence(verdict: Verdict) -> str:
    """Why a certificate cannot be replaced any more."""
    words = {"day": day(verdict.last_day), "counts": counts_sentence(verdict.counts)}
    if verdict.graced:
        return str(_("这本证书的换证宽限期已于%(day)s结束（%(counts)s），不能再更新。", **words))
    return str(_("换证已于%(day)s截止（%(counts)s），这本证书不能再更新。", **words))


def late_problem(verdict: Verdict, field: str | None = None) -> Problem:
    """The refusal with what to do next; nothing else that is missing would help."""
    return Problem("deadline_past", late_sentence(verdict), field, final=True,
                   hint=_("有特殊原因的可以申请宽限，办法见“换证期限”页。"))

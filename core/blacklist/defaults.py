"""The core's answers: a barred person is neither enrolled nor given a certificate, and the case says so (ZJ-14)."""
from flask_babel import gettext as _

from core.base.errors import Problem
from core.base.matters import STATE_WORDS
from core.blacklist.queries import bar_hint, bar_of, bar_sentence, bars_about
from core.contract.hooks import hookimpl
from core.contract.values import CaseSection, CertificateFacts, PersonFacts
from core.identity import person_of
from core.tenancy import Ctx
from core.web.filters import isoday


@hookimpl(trylast=True)
def check_eligibility(ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
    """Who is barred is not enrolled."""
    return _problems(ctx, certificate)


@hookimpl(trylast=True)
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    """Nor is a certificate of theirs replaced."""
    return _problems(ctx, certificate)


def _problems(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    bar = bar_of(ctx, person_of(ctx, certificate.person_id))
    return [] if bar is None else [Problem("barred", bar_sentence(bar), hint=bar_hint(), final=True)]


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """黑名单: every bar that was ever decided; a case without one has no such block."""
    rows = bars_about(ctx, person_of(ctx, person.id))
    table = tuple((isoday(row.since), isoday(row.until) or _("长期"), str(STATE_WORDS[row.state]), row.reason,
                   row.by_name) for row in rows)
    return [CaseSection(15, _("黑名单"), table=table, table_head=(
        _("开始日期"), _("结束日期"), _("状态"), _("原因"), _("提出人")))] if rows else []

"""What a registration needs, and how its authority judges it (ZJ-03, ZJ-07, ZJ-32). Nothing here reads or writes."""
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.api import Problem, Refused

from plugins.zhejiang.enterprise.states import Kind


class Item(StrEnum):
    """What a reason may be given for: what was typed, and each paper."""

    FACTS = "facts"
    LICENCE = "licence"
    QUALIFICATION = "qualification"
    LETTER = "letter"


PAPERS: Final = (Item.LICENCE, Item.QUALIFICATION, Item.LETTER)
REQUIRED: Final = (Item.LICENCE, Item.LETTER)       # ZJ-03: 企业资质为非必传项，企业营业执照为必传项


class Check(StrEnum):
    """The three of ZJ-07."""

    LOCAL = "local"
    BUILDER = "builder"
    PAPERS = "papers"


_CHECKS: Final[Mapping[Check, object]] = {
    Check.LOCAL: _l("一、企业是不是属地企业"), Check.BUILDER: _l("二、企业是不是施工企业"),
    Check.PAPERS: _l("三、上传资料是否规范，包括承诺书是否符合格式条件、有无签字盖章")}
_SCHOOL_CHECKS: Final[Mapping[Check, object]] = {   # our reading of ZJ-33 note 2
    Check.LOCAL: _l("一、学校是不是属地学校"), Check.BUILDER: _l("二、是不是开设相关专业的学校"),
    Check.PAPERS: _CHECKS[Check.PAPERS]}
_LICENCES: Final[Mapping[Kind, object]] = {
    Kind.ENTERPRISE: _l("营业执照"), Kind.BRANCH: _l("分公司营业执照"), Kind.SCHOOL: _l("法人证书或办学许可证")}


def check_words(kind: Kind) -> dict[Check, str]:
    """The three questions as they are put for an enterprise or a school."""
    return {check: str(words) for check, words in (_SCHOOL_CHECKS if kind is Kind.SCHOOL else _CHECKS).items()}


def item_words(kind: Kind) -> dict[Item, str]:
    """What things are called for an enterprise, a branch (whose licence is its own) or a school."""
    return {Item.FACTS: _("填写的信息"), Item.LICENCE: str(_LICENCES[kind]), Item.QUALIFICATION: _("资质证书"),
            Item.LETTER: _("学校承诺书") if kind is Kind.SCHOOL else _("企业承诺书")}


def missing(held: Mapping[Item, str | None]) -> list[Item]:
    """The papers that still have to be uploaded before the registration can be submitted."""
    return [item for item in REQUIRED if not held.get(item)]


@dataclass(frozen=True)
class Verdict:
    """What the regulator ticked and wrote."""

    ticked: frozenset[Check]
    reasons: Mapping[Item, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def failed(self) -> list[Check]:
        """In the order of ZJ-07."""
        return [check for check in Check if check not in self.ticked]


def check_approval(verdict: Verdict, kind: Kind) -> None:
    """ZJ-07: 只要同时满足这三点，审核通过."""
    if verdict.failed:
        words = check_words(kind)
        raise Refused("checks", _("三项审核都打勾才能通过。还没有打勾：%(checks)s。",
                                  checks="；".join(words[check] for check in verdict.failed)), field="checks",
                      hint=_("不符合的，请写明原因后点“退回”。"))


def check_return(verdict: Verdict) -> None:
    """Whoever is returned reads what failed and why, or could not mend it (ZJ-07: 会给出原因)."""
    problems = []
    if not verdict.failed:
        problems.append(Problem("checks", _("三项都打了勾，就没有退回的理由。请把不符合的一项取消勾选。"), "checks"))
    if not any(verdict.reasons.values()) and not verdict.reason:
        problems.append(Problem("reason", _("请写明原因，企业按它修改后再提交。"), "reason"))
    if problems:
        raise Refused(problems[0].code, problems[0].sentence, problems=tuple(problems))


def said(verdict: Verdict, kind: Kind) -> str:
    """The reasons in one text, as the enterprise reads them."""
    checks, items = check_words(kind), item_words(kind)
    lines = [_("不符合：%(checks)s。", checks="；".join(checks[check] for check in verdict.failed))]
    lines += [_("%(item)s：%(reason)s", item=items[item], reason=_ended(reason))
              for item, reason in verdict.reasons.items() if reason]
    if verdict.reason:
        lines.append(_ended(verdict.reason))
    return "".join(lines)


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def may_look(enterprise_city: str, enterprise_party: object, *, city: str | None, party: object,
             regulates: bool, administers: bool, enrolls: bool) -> bool:
    """Scans are shown to the enterprise itself, the authority of its city, and administrators."""
    return administers or (regulates and bool(city) and city == enterprise_city) or (
        enrolls and party is not None and party == enterprise_party)


def next_owner(clerks: Collection[object], owner: object, wanted: object) -> None:
    """Only a clerk of the same enterprise, who is not the owner already and may sign in, can take over."""
    if wanted == owner:
        raise Refused("owner", _("已经是负责人。"))
    if wanted not in clerks:
        raise Refused("owner", _("只能交给本单位一位可以登录的经办人。"))

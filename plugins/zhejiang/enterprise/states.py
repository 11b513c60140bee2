"""How a registration moves: submitted, approved or returned with reasons, mended and submitted again (ZJ-06, ZJ-07)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.api import Conflict


class Kind(StrEnum):
    """Who registers: ZJ-03 an enterprise or a branch, ZJ-33 note 2 a school."""

    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    SCHOOL = "school"


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class Deed(StrEnum):
    """What stands in the history of a registration."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"      # by the enterprise itself, before anybody has judged
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"          # an approval is taken back with a reason
    CONTACT = "contact"        # contact or address changed by the enterprise itself
    ASK_CHANGE = "ask_change"
    ALLOW_CHANGE = "allow_change"
    REFUSE_CHANGE = "refuse_change"
    CLERK = "clerk"            # clerks added, locked, unlocked
    OWNER = "owner"            # another clerk is responsible
    RECOVER = "recover"        # the authority gave a new password


MOVES: Final[Mapping[State, Mapping[Deed, State]]] = {
    State.DRAFT: {Deed.SUBMIT: State.SUBMITTED},
    State.SUBMITTED: {Deed.APPROVE: State.APPROVED, Deed.RETURN: State.RETURNED, Deed.WITHDRAW: State.DRAFT},
    State.RETURNED: {Deed.SUBMIT: State.SUBMITTED},
    State.APPROVED: {Deed.REVOKE: State.RETURNED},
}

OPEN_TO_MEND: Final = frozenset({State.DRAFT, State.RETURNED})

STATE_WORDS: Final[Mapping[State, object]] = {
    State.DRAFT: _l("未提交"), State.SUBMITTED: _l("待审核"), State.RETURNED: _l("审核不通过"), State.APPROVED: _l("审核通过")}
STATE_TONES: Final[Mapping[State, str]] = {
    State.DRAFT: "quiet", State.SUBMITTED: "active", State.RETURNED: "stop", State.APPROVED: "done"}
KIND_WORDS: Final[Mapping[Kind, object]] = {
    Kind.ENTERPRISE: _l("企业"), Kind.BRANCH: _l("分公司"), Kind.SCHOOL: _l("学校")}
DEED_WORDS: Final[Mapping[Deed, object]] = {
    Deed.SUBMIT: _l("提交审核"), Deed.WITHDRAW: _l("撤回修改"), Deed.APPROVE: _l("审核通过"), Deed.RETURN: _l("审核不通过"),
    Deed.REVOKE: _l("撤销审核通过"), Deed.CONTACT: _l("修改联络信息"), Deed.ASK_CHANGE: _l("申请变更"),
    Deed.ALLOW_CHANGE: _l("同意变更"), Deed.REFUSE_CHANGE: _l("不同意变更"), Deed.CLERK: _l("经办人变动"),
    Deed.OWNER: _l("更换负责人"), Deed.RECOVER: _l("主管部门重发密码")}
DEED_TONES: Final[Mapping[Deed, str]] = {
    Deed.APPROVE: "done", Deed.ALLOW_CHANGE: "done", Deed.RETURN: "stop", Deed.REVOKE: "stop",
    Deed.REFUSE_CHANGE: "stop"}


def after(state: State, deed: Deed) -> State:
    """Where a deed leads; Conflict says where the registration stands when it leads nowhere."""
    try:
        return MOVES[state][deed]
    except KeyError:
        raise Conflict("enterprise_state", _("现在的状态是“%(state)s”，不能%(deed)s。", state=STATE_WORDS[state],
                                             deed=DEED_WORDS[deed]), hint=_("请刷新页面，看清最新状态再办。")) from None

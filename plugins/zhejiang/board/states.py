"""How an employee stands in a post and year, the most urgent first (C-19)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Standing(StrEnum):
    ABNORMAL = "abnormal"      # hours cleared, certificate 非正常 or 注销
    AT_RISK = "at_risk"        # will not be done in time, or waits for the enterprise itself
    DUE = "due"                # holds the certificate, not enrolled this year
    ENTERING = "entering"      # in a batch, not yet 已报名
    STUDYING = "studying"
    TESTING = "testing"        # studied, the test is still to come
    AUDIT = "audit"
    DONE = "done"


WORDS: Mapping[Standing, Any] = {
    Standing.ABNORMAL: _l("异常"), Standing.AT_RISK: _l("有风险"), Standing.DUE: _l("待报名"),
    Standing.ENTERING: _l("报名中"), Standing.STUDYING: _l("学习中"), Standing.TESTING: _l("待测试"),
    Standing.AUDIT: _l("审核中"), Standing.DONE: _l("已完成"),
}
TONES: Mapping[Standing, str] = {
    Standing.ABNORMAL: "stop", Standing.AT_RISK: "stop", Standing.DUE: "active", Standing.ENTERING: "active",
    Standing.STUDYING: "active", Standing.TESTING: "active", Standing.AUDIT: "quiet", Standing.DONE: "done",
}


class Reason(StrEnum):
    """Why, and by that what to do next."""

    NONE = ""
    CLEARED = "cleared"
    CERTIFICATE_ABNORMAL = "certificate_abnormal"
    CERTIFICATE_CANCELLED = "certificate_cancelled"
    CERTIFICATE_SUSPENDED = "certificate_suspended"
    BEHIND = "behind"
    NOT_BEGUN = "not_begun"
    YEAR_OVER = "year_over"
    RETURNED = "returned"
    DOCUMENTS = "documents"
    REVIEW = "review"
    ORDER = "order"
    PAYMENT = "payment"
    PLAN = "plan"


REASON_WORDS: Mapping[Reason, Any] = {
    Reason.NONE: "",
    Reason.CLEARED: _l("学时被清零，请学员在“我的培训”重新学习。"),
    Reason.CERTIFICATE_ABNORMAL: _l("证书非正常，请学员按证书管理里的备注办理。"),
    Reason.CERTIFICATE_CANCELLED: _l("证书已注销。"),
    Reason.CERTIFICATE_SUSPENDED: _l("证书暂停，学时补齐并通过审核后恢复。"),
    Reason.BEHIND: _l("按现在的进度，年底前学不完，请提醒学员。"),
    Reason.NOT_BEGUN: _l("已开通，还没有开始学习，请提醒学员。"),
    Reason.YEAR_OVER: _l("年度已经结束，学时没有学完。"),
    Reason.RETURNED: _l("资格审核退回，请按意见补正后重新提交。"),
    Reason.DOCUMENTS: _l("报名资料还没有提交审核。"),
    Reason.REVIEW: _l("等待培训机构审核资格。"),
    Reason.ORDER: _l("资格审核已通过，请生成报名订单。"),
    Reason.PAYMENT: _l("订单等待缴费，或等待培训机构确认。"),
    Reason.PLAN: _l("已报名，等待培训机构安排培训和测试。"),
}

"""What the public learns about a document that somebody holds."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Standing(StrEnum):
    """How a certificate or proof stands on the day it is looked up."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    ABNORMAL = "abnormal"
    VOIDED = "voided"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


STANDING_TEXTS = {
    Standing.VALID: _l("有效"), Standing.SUPERSEDED: _l("已有新版"), Standing.SUSPENDED: _l("已暂停"),
    Standing.ABNORMAL: _l("非正常"), Standing.VOIDED: _l("已作废"), Standing.CANCELLED: _l("已注销"),
    Standing.WITHDRAWN: _l("已撤回"),
}

STANDING_NOTES = {
    Standing.VALID: _l("这份证书由本平台签发，目前有效。"),
    Standing.SUPERSEDED: _l("这份文件由本平台签发，持证人后来领取了带有新学时记录的版本。证书编号不变，请以新版为准。"),
    Standing.SUSPENDED: _l("这份证书由本平台签发，因学时被清除，目前暂停使用。"),
    Standing.ABNORMAL: _l("这份证书登记在册，状态为非正常。"),
    Standing.VOIDED: _l("这份证书已经作废，不再有效。"),
    Standing.CANCELLED: _l("这份证书已经注销，不再有效。"),
    Standing.WITHDRAWN: _l("这份学时证明由本平台签发，因学时被清除，已经撤回。"),
}

TONES = {Standing.VALID: "done", Standing.SUPERSEDED: "quiet"}


def tone(standing: Standing) -> str:
    """The colour of the word: valid, no longer newest, or not to be relied on."""
    return TONES.get(standing, "stop")

"""The six pictures of a person and how each stands (ZJ-09, ZJ-20)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class DocumentKind(StrEnum):
    """The order in which ZJ-09 lists them, the photo first, since it is judged first."""

    PHOTO = "photo"
    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    EDUCATION = "education"
    FORM = "form"
    EXPERIENCE = "experience"


KIND_WORDS: Mapping[DocumentKind, Any] = {
    DocumentKind.PHOTO: _l("照片"), DocumentKind.ID_FRONT: _l("二代居民身份证正面"),
    DocumentKind.ID_BACK: _l("二代居民身份证反面"), DocumentKind.EDUCATION: _l("学历证书"),
    DocumentKind.FORM: _l("报名表"), DocumentKind.EXPERIENCE: _l("工作年限证明"),
}


def needed_of(*, by_school: bool) -> tuple[DocumentKind, ...]:
    """The pictures that are asked for: a school's students have no years of work to prove (ZJ-33 note 2)."""
    return tuple(kind for kind in DocumentKind if not (by_school and kind is DocumentKind.EXPERIENCE))


class DocumentState(StrEnum):
    WAITING = "waiting"    # its face or content is still to be looked at
    FIT = "fit"            # nothing against it
    UNFIT = "unfit"        # the photo rules refuse it, with reasons
    REFUSED = "refused"    # the institution refuses it, with a reason


STATE_WORDS: Mapping[DocumentState, Any] = {
    DocumentState.WAITING: _l("检查中"), DocumentState.FIT: _l("已收到"), DocumentState.UNFIT: _l("不合格"),
    DocumentState.REFUSED: _l("已退回")}
STATE_TONES: Mapping[DocumentState, str] = {
    DocumentState.WAITING: "active", DocumentState.FIT: "done", DocumentState.UNFIT: "stop",
    DocumentState.REFUSED: "stop"}


class UploadState(StrEnum):
    """A zip on its way: pieces arrive, then it is looked through, then its pictures are taken over."""

    ARRIVING = "arriving"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"

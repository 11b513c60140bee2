"""What the pages of this room share: a deed that may be refused, and the bytes of an upload."""
from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import FileStorage

from core.api import DomainError
from core.api.documents import MOST_BYTES
from core.api.web import Form, current_ctx


def bytes_of(upload: Any) -> bytes:
    """What was uploaded, at most one byte more than allowed: enough to know that it is too much."""
    return bytes(upload.stream.read(MOST_BYTES + 1)) if isinstance(upload, FileStorage) else b""


def done(form: Form[Any], deed: Callable[[], Any]) -> Any:
    """What the deed gives, True where it gives nothing; False when it was refused, and the form says why."""
    try:
        given = deed()
    except DomainError as error:
        current_ctx().rollback()
        form.fail(error)
        return False
    return True if given is None else given

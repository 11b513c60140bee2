"""What can go wrong in words that a person understands; turned into pages and JSON by `core.web.errors` only."""
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One reason why something is refused.

    `code` is stable and for tests and logs, `sentence` is for people, `hint` says what to do next,
    `field` names the form field it belongs to, if any. With `final` nothing else needs to be said: whatever else
    may be missing would not help.
    """

    code: str
    sentence: str
    field: str | None = None
    hint: str = ""
    final: bool = False


class DomainError(Exception):
    """A refusal: nothing has been done, and the sentence says why and what to do."""

    status = 422

    def __init__(self, code: str, sentence: str, *, field: str | None = None, hint: str = "",
                 status: int | None = None, problems: tuple[Problem, ...] = (),
                 facts: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.field = field
        self.hint = hint
        self.problems = problems or (Problem(code, sentence, field, hint),)
        self.facts = dict(facts or {})
        if status is not None:
            self.status = status


class Refused(DomainError):
    """The rules do not allow it."""


class Conflict(DomainError):
    """Somebody else, or the same person twice, was faster."""

    status = 409


class NotFound(DomainError):
    """There is no such thing for this person; the same answer whether it exists for somebody else."""

    status = 404


class Forbidden(DomainError):
    status = 403


class TooMany(DomainError):
    """A limit; `facts["retry_after"]` holds the seconds to wait, where known."""

    status = 429


class Unavailable(DomainError):
    """A part of the platform that this needs is down; nothing is lost, try later."""

    status = 503


def refuse_all(problems: list[Problem], *, status: int = 422) -> None:
    """Raise one error for all problems, none for an empty list."""
    if problems:
        first = problems[0]
        raise Refused(first.code, first.sentence, field=first.field, hint=first.hint, status=status,
                      problems=tuple(problems))

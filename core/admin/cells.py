"""What stands in a list of the back office: columns, filters, row actions, and how values are written."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from markupsafe import Markup
from sqlalchemy import Select

from core.tenancy import Ctx
from core.web import filters

R = TypeVar("R")
Choices = Callable[[Ctx], Sequence[tuple[str, str]]]


class Tone(StrEnum):
    """The four status colours, the same everywhere, always with a word."""

    QUIET = "quiet"
    ACTIVE = "active"
    DONE = "done"
    STOP = "stop"


@dataclass(frozen=True)
class Col(Generic[R]):
    """One column: `value` of a row for the page and the export; `sort` a SQL expression, None where it has none.

    `kind` "num" aligns right, "short" never breaks. What `value` returns is escaped unless it is Markup;
    exported as text, number or day.
    """

    key: str
    title: Any
    value: Callable[[R], object]
    sort: Any = None
    kind: str = ""
    export: Callable[[R], object] | None = None

    def exported(self, row: R) -> object:
        value = (self.export or self.value)(row)
        return value.striptags() if isinstance(value, Markup) else value


@dataclass(frozen=True)
class Pick:
    """One filter of the bar, which is also the address: `?name=value`. `choices` are asked at each request, since
    another tenant has others; `narrow` is only called with one of them."""

    name: str
    title: Any
    choices: Choices
    narrow: Callable[[Select[Any], str], Select[Any]]


@dataclass(frozen=True)
class Fact:
    """A label and a value on a detail page."""

    label: Any
    value: object


@dataclass(frozen=True)
class RowAction(Generic[R]):
    """Something done to one row (and, with `bulk`, to picked ones) after a question.

    `run` does it and may raise DomainError; `offered` says whether a row shows it; `asks` is the question. With a
    `note` (the label of a text field: why, which number) `run_noted` is called instead, with what was typed.
    """

    key: str
    label: Any
    run: Callable[[Ctx, R], None] | None
    asks: Callable[[R], str]
    offered: Callable[[R], bool] = lambda _row: True
    bulk: bool = False
    kind: str = "primary"
    note: Any = ""
    run_noted: Callable[[Ctx, R, str], None] | None = None

    def do(self, ctx: Ctx, row: R, note: str = "") -> None:
        """Run it, with what was typed where it asks for a note."""
        if self.run_noted is not None:
            self.run_noted(ctx, row, note)
        elif self.run is not None:
            self.run(ctx, row)


def status(word: object, tone: Tone = Tone.QUIET) -> Markup:
    """A word in its colour."""
    return Markup('<span class="jx-tag jx-tag-{}">{}</span>').format(tone.value, word)


def day(value: date | datetime | None) -> str:
    """2026-11-20 in Shanghai."""
    return filters.isoday(value)


def daytime(value: datetime | None) -> str:
    """2026-11-20 09:05 in Shanghai."""
    if value is None:
        return ""
    return f"{filters.isoday(value)} {filters.daytime(value)[-5:]}"


def money(fen: int | None) -> str:
    """¥96.00 from fen."""
    return filters.yuan(fen)

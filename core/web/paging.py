"""Pages of a list as the address says them: ``?page=2&size=10`` (N-31: 共1条, 3条/页, 到第 1 页)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")

SIZES = (3, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: its rows, the number of all rows, which page of which size."""

    items: Sequence[T]
    total: int
    number: int = 1
    size: int = 10
    sizes: tuple[int, ...] = SIZES

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(-(-self.total // self.size), 1)

    @property
    def near(self) -> list[int | None]:
        """Page numbers to offer; None stands for a gap."""
        wanted = sorted({1, self.pages, *range(self.number - 1, self.number + 2)} & set(range(1, self.pages + 1)))
        shown: list[int | None] = []
        for number in wanted:
            last = shown[-1] if shown else None
            if isinstance(last, int) and number > last + 1:
                shown.append(None)
            shown.append(number)
        return shown


def asked(args: Mapping[str, str], size: int = 10, sizes: tuple[int, ...] = SIZES) -> tuple[int, int]:
    """(page number, size) of an address; nonsense counts as the first page of the usual size."""
    chosen = _whole(args.get("size"), size)
    return max(_whole(args.get("page"), 1), 1), chosen if chosen in sizes else size


def page_of(session: Session, query: Select[Any], args: Mapping[str, str], size: int = 10,
            sizes: tuple[int, ...] = SIZES) -> Page[Any]:
    """Run a select of one entity for the page that the address asks for; past the end is the last page."""
    number, size = asked(args, size, sizes)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = min(number, max(-(-total // size), 1))
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, total, number, size, sizes)


def page_in(rows: Sequence[T], args: Mapping[str, str], size: int = 10, sizes: tuple[int, ...] = SIZES) -> Page[T]:
    """The same for rows that are already in memory."""
    number, size = asked(args, size, sizes)
    number = min(number, max(-(-len(rows) // size), 1))
    return Page(rows[(number - 1) * size:number * size], len(rows), number, size, sizes)


def _whole(text: str | None, fallback: int) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return fallback
    return int(text)

"""Time as the platform sees it: aware UTC inside, Asia/Shanghai on every page."""
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where `now` comes from; injected, so that tests travel in time without sleeping."""

    def now(self) -> datetime:
        """The present moment of the tenant, aware, in UTC."""

    def wall(self) -> datetime:
        """The present moment of the world: for protocols with others, whose clocks no business date moves."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return self.now()


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def advance(self, **delta: float) -> datetime:
        self.at += timedelta(**delta)
        return self.at


def local(moment: datetime) -> datetime:
    """The same moment on a Shanghai clock."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """The calendar day in Shanghai, on which cycles and deadlines turn (N-21)."""
    return local(moment).date()


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A Shanghai wall-clock moment as aware UTC."""
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)

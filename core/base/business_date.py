"""A tenant that lives on another day than the calendar: for demonstrations and tests, never in production (R43).

The clock is the wall clock moved by whole days, so that the time of day is kept and time runs on. By how many days is
written once into the tenant's folder, so that web, workers, commands and restarts agree.
"""
import json
import os
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from core.base.clock import Clock, SystemClock, local_date
from core.base.config import Config, ConfigError

FILE = "business_date.json"


@dataclass
class BusinessClock:
    """`start`: the business date that the settings want on the first day of this installation, None for the real."""

    file: Path
    start: date | None = None
    base: Clock = field(default_factory=SystemClock)
    _seen: tuple[int, int] | None = field(default=None, repr=False)
    _days: int = field(default=0, repr=False)

    def now(self) -> datetime:
        return self.base.now() + timedelta(days=self.days())

    def wall(self) -> datetime:
        return self.base.wall()

    def days(self) -> int:
        """By how many days the tenant is moved; a change by `jianxue tenant date` is seen by running processes."""
        try:
            found = self.file.stat()
        except FileNotFoundError:
            if self.start is None:
                return 0
            self._write(self.start, replace=False)
            found = self.file.stat()
        seen = found.st_ino, found.st_mtime_ns
        if seen != self._seen:
            self._days, self._seen = _read(self.file), seen
        return self._days

    def set(self, day: date) -> timedelta:
        """Today is `day` from now on; by how much time moved, negative when it goes back."""
        before = self.days()
        self._write(day, replace=True)
        return timedelta(days=self.days() - before)

    def _write(self, day: date, *, replace: bool) -> None:
        """Whole or not at all: of several processes that begin together one writes, all read the same."""
        days = (day - local_date(self.base.now())).days
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.file.parent, prefix=f".{FILE}", delete=False) as draft:
            json.dump({"days": days, "set_to": day.isoformat(), "set_at": self.base.now().isoformat()}, draft)
        try:
            if replace:
                os.replace(draft.name, self.file)
                return
            os.link(draft.name, self.file)
        except FileExistsError:
            pass
        except OSError:  # a file system without links; two first starts at once are not for such a machine
            os.replace(draft.name, self.file)
        finally:
            Path(draft.name).unlink(missing_ok=True)


def _read(file: Path) -> int:
    try:
        days = json.loads(file.read_text(encoding="utf-8"))["days"]
        if type(days) is not int:
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{file}：看不懂，请删除它，或用 jianxue tenant date 重新设置业务日期") from None
    return days


def date_file(config: Config, slug: str) -> Path:
    return config.tenant_var(slug) / FILE

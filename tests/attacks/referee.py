"""Counts beside the server what each beat may earn, in the other way of `tests/course/model.py`, for a person with
several lessons, pages that take over, clearings and proofs of presence that end."""
from collections import Counter
from dataclasses import dataclass, field

from core.course.rules import Pace
from tests.course.model import Viewer


@dataclass
class Lesson:
    """A lesson as the referee sees it: the places of its slots that are held (by a credit that was given twice, after a
    clearing that was taken back, twice), those that were cleared, and how far it was seen."""

    part: str
    slots: int
    length_ms: int
    viewer: Viewer
    held: Counter[int] = field(default_factory=Counter)
    cleared: Counter[int] = field(default_factory=Counter)

    @property
    def credited(self) -> int:
        return self.held.total()

    def stretch(self) -> tuple[int, int]:
        """The first places that are free, from and to."""
        first = next((place for place in range(self.slots) if not self.held[place]), self.slots)
        return first, next((place for place in range(first, self.slots) if self.held[place]), self.slots)


@dataclass
class Referee:
    """One enrollment before one server. Times are the server's, in milliseconds; `token` is the one that the server
    would take now."""

    pace: Pace
    due: dict[str, int]                    # slots owed of each part
    lesson_slots: int
    lesson_ms: int
    started: int
    gap_ms: int = 10_000                   # so much a cut may give, and
    gap_percent: int = 100                 # so much of each class hour
    misses: int = 3                        # so many pictures missed in a row stop the credit
    proofs: list[tuple[int, int]] | None = None            # given at, valid until; None: nobody asks for one
    pictures: list[str] = field(default_factory=list)      # wished for since the proof
    answered: set[str] = field(default_factory=set)
    opened_at: int = -1
    owned: set[int] = field(default_factory=set)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    playing: Lesson | None = None
    cleared: dict[str, int] = field(default_factory=dict)
    last: int = 0
    high: int = 0
    token: str = ""

    def __post_init__(self) -> None:
        self.last = self.high = self.started

    @property
    def credited(self) -> int:
        """Slots that stand now."""
        return sum(lesson.credited for lesson in self.lessons.values())

    def learned(self, part: str) -> int:
        """Slots of a part, each place of a lesson once; never above what is owed (A.7)."""
        return min(self.due[part], sum(len(+one.held) for one in self.lessons.values() if one.part == part))

    def proof(self, at: int) -> int | None:
        """When the newest proof in force was given."""
        return max((given for given, until in self.proofs or () if until > at), default=None)

    def present(self, at: int) -> bool:
        """A proof that holds, and not so many pictures missed in a row since."""
        last = self.pictures[-self.misses:]
        return self.proofs is None or self.proof(at) is not None and (
            len(last) < self.misses or bool(self.answered & set(last)))

    def proven(self, at: int, until: int) -> None:
        """The face was checked."""
        self.proofs = [*(self.proofs or ()), (at, until)]

    def opened(self, lesson_id: str, part: str, at: int) -> Viewer:
        """A page takes the lease; whatever played before ends."""
        self.closed()
        if self.opened_at < (self.proof(at) or 0):
            self.pictures.clear()
        self.opened_at = at
        self.last = self.high = max(self.last, at)
        fresh = Lesson(part, self.lesson_slots, self.lesson_ms, Viewer(self.pace, 0, 0, owned=self.owned))
        lesson = self.playing = self.lessons.setdefault(lesson_id, fresh)
        viewer, (first, end) = lesson.viewer, lesson.stretch()
        begins = first * self.pace.slot_ms
        viewer.here = first
        viewer.cap = min(end, first + self.due[part] - self.learned(part))
        viewer.lesson_ms = lesson.length_ms if end == lesson.slots else end * self.pace.slot_ms
        viewer.seen = viewer.seen if begins <= viewer.seen <= viewer.lesson_ms else min(begins, viewer.lesson_ms)
        viewer.last, viewer.interval_ms = self.last, 0
        return viewer

    def closed(self) -> None:
        """The lease is gone: a newer page, silence, a clearing."""
        if self.playing is not None:
            self.playing.viewer.anchor = None
        self.playing = None

    def heard(self, at: int, position: int, playing: bool) -> Viewer:
        """A beat in its turn, for the open lease."""
        assert self.playing is not None
        viewer = self.playing.viewer
        earned = viewer.hear(at, position, playing, self.present(at))
        self.playing.held.update(range(viewer.here - earned, viewer.here))
        self._passed(at, viewer)
        return viewer

    def _passed(self, at: int, viewer: Viewer) -> None:
        self.high, self.last = max(self.high, at), viewer.last
        assert len(self.owned) * self.pace.slot_ms <= self.high - self.started, "more than the server's time"

    def returned(self, at: int, beats: list[tuple[int, bool]]) -> Viewer:
        """A page that was cut off brings what it made meanwhile, in one batch."""
        assert self.playing is not None
        viewer = self.playing.viewer
        earned = viewer.come_back(at, beats, self.gap_ms, self.gap_percent)
        self.playing.held.update(range(viewer.here - earned, viewer.here))
        self._passed(at, viewer)
        return viewer

    def clear(self) -> int:
        """学时清除: everything is taken back and the lessons begin again; owned time stays owned."""
        self.closed()
        taken = self.credited
        for lesson in self.lessons.values():
            if lesson.held:
                lesson.cleared += lesson.held
                lesson.held.clear()
                lesson.viewer.seen = 0
        self._begin_round()
        return taken

    def restore(self) -> int:
        """An appeal: everything cleared comes back; a lesson goes on at its first place that is free still."""
        self.closed()
        back = sum(lesson.cleared.total() for lesson in self.lessons.values())
        for lesson in self.lessons.values():
            lesson.held += lesson.cleared
            lesson.cleared.clear()
        self._begin_round()
        return back

    def _begin_round(self) -> None:
        self.pictures.clear()
        for lesson in self.lessons.values():
            lesson.viewer.late.clear()

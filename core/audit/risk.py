"""Signs of risk, for the auditor: pure judgement of what was seen. A sign is never a verdict; nothing follows from it
but that somebody looks (L1, L5, L8, L11, L17).
"""
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.presence.cameras import Camera

VERSION = 1
"""Of these rules: kept with each result, so that it can be told by which rules it was made."""

QUICKEST_S = 0.3            # nobody hears, understands and moves in less (L8)
ENOUGH_ANSWERS = 5          # fewer times say nothing of their spread
STEADY_S = 0.15             # people differ by more from one time to the next
MANY_PEOPLE = 3             # on one browser or phone: two may be a couple
MANY_PAGES = 8              # within a third of a class hour
MANY_REFUSED = 10           # beats too fast or going back, in one page
HALF = 0.5
WEIGHTY = 3                 # a case with this score is marked to be looked at closely
FEW_ASKED = 4               # pictures asked for, before their being missing says something

_VIRTUAL = re.compile(
    r"\bobs\b|obs[-_ ]?(virtual|camera)|manycam|virtual|fake[_ ]?device|dummy|v4l2loopback|loopback|xsplit|splitcam|"
    r"snap ?camera|camtwist|youcam|\bvcam|e2esoft|webcamoid|sparkocam|unity ?capture|\.(y4m|mjpe?g|mp4)$|虚拟|伴侣|替换",
    re.IGNORECASE)


class Sign(StrEnum):
    """What may be looked at; the order is the order on the page among equals."""

    VIRTUAL_CAMERA = "virtual_camera"
    NO_MEDIA = "no_media"
    REPEATED_TURNS = "repeated_turns"
    SHARED_FACE = "shared_face"
    SHARED_DEVICE = "shared_device"
    SHARED_PHONE = "shared_phone"
    QUICK_ANSWERS = "quick_answers"
    STEADY_ANSWERS = "steady_answers"
    NO_PICTURES = "no_pictures"
    LITTLE_MEDIA = "little_media"
    MANY_PAGES = "many_pages"
    MANY_REFUSED = "many_refused"
    SILENT_CAMERA = "silent_camera"


_WEIGHTS = {Sign.VIRTUAL_CAMERA: 3, Sign.NO_MEDIA: 3, Sign.REPEATED_TURNS: 3, Sign.SHARED_FACE: 3,
            Sign.SHARED_DEVICE: 2, Sign.QUICK_ANSWERS: 2,
            Sign.STEADY_ANSWERS: 2, Sign.NO_PICTURES: 2}
"""How far up a sign stands; what is not named here is 1. Not a measure of guilt: none was ever calibrated."""


@dataclass(frozen=True)
class Watched:
    """A stretch of credit with the share of its video that was fetched; None where nobody can tell."""

    seconds: int
    fetched: float | None


@dataclass(frozen=True)
class Pages:
    """A page that studied: when it was opened, how many of its beats were too fast or went back."""

    opened: datetime
    refused: int


@dataclass(frozen=True)
class Seen:
    """All that the signs are read from."""

    cameras: Sequence[Camera | None] = ()
    answers: Sequence[float] = ()
    repeated: int = 0                # passed tries whose turned frames resemble an earlier one
    watched: Sequence[Watched] = ()
    pages: Sequence[Pages] = ()
    page_window: timedelta = timedelta(minutes=15)
    asked: int = 0                   # pictures that were due …
    came: int = 0                    # … and came
    on_device: int = 0               # people on the browser that most have used
    on_phone: int = 0                # people with the same phone
    same_face: int = 0               # other people whose face was found alike


@dataclass(frozen=True)
class Hint:
    """A sign that was found, with the numbers and words it was found by."""

    sign: Sign
    facts: dict[str, str | int | float] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return _WEIGHTS.get(self.sign, 1)


def judge(seen: Seen) -> tuple[Hint, ...]:
    """The signs that were found, the weightiest first."""
    found = [*_cameras(seen.cameras), *_answers(seen), *_media(seen.watched), *_pages(seen), *_pictures(seen),
             *_people(seen)]
    order = list(Sign)
    return tuple(sorted(found, key=lambda hint: (-hint.weight, order.index(hint.sign))))


def score(hints: Sequence[Hint]) -> int:
    """What the queue is sorted by."""
    return sum(hint.weight for hint in hints)


def is_virtual(label: str) -> bool:
    """Whether a camera calls itself something that is not a camera."""
    return _VIRTUAL.search(label) is not None


def _cameras(cameras: Sequence[Camera | None]) -> list[Hint]:
    labels = sorted({camera.label for camera in cameras if camera and is_virtual(camera.label)})
    times = sum(1 for camera in cameras if camera and is_virtual(camera.label))
    silent = sum(1 for camera in cameras if camera is None or not camera.label or not camera.capable)
    found = [Hint(Sign.VIRTUAL_CAMERA, {"labels": "、".join(labels)[:200], "times": times})] if labels else []
    return [*found, *([Hint(Sign.SILENT_CAMERA, {"times": silent, "of": len(cameras)})] if silent else [])]


def _answers(seen: Seen) -> list[Hint]:
    seconds = seen.answers
    found = [Hint(Sign.REPEATED_TURNS, {"times": seen.repeated})] if seen.repeated else []
    if quick := [one for one in seconds if one < QUICKEST_S]:
        found.append(Hint(Sign.QUICK_ANSWERS, {"times": len(quick), "least": round(min(quick), 2)}))
    if len(seconds) >= ENOUGH_ANSWERS and max(seconds) - min(seconds) < STEADY_S:
        found.append(Hint(Sign.STEADY_ANSWERS, {"times": len(seconds), "least": round(min(seconds), 2),
                                                "most": round(max(seconds), 2)}))
    return found


def _media(watched: Sequence[Watched]) -> list[Hint]:
    none = sum(one.seconds for one in watched if one.fetched == 0)
    little = sum(one.seconds for one in watched if one.fetched is not None and 0 < one.fetched < HALF)
    everything = sum(one.seconds for one in watched)
    return [Hint(sign, {"seconds": seconds, "of": everything})
            for sign, seconds in ((Sign.NO_MEDIA, none), (Sign.LITTLE_MEDIA, little)) if seconds]


def _pages(seen: Seen) -> list[Hint]:
    opened = sorted(page.opened for page in seen.pages)
    most = max((sum(1 for other in opened if moment <= other < moment + seen.page_window) for moment in opened),
               default=0)
    refused = max((page.refused for page in seen.pages), default=0)
    found = []
    if most >= MANY_PAGES:
        found.append(Hint(Sign.MANY_PAGES, {"times": most, "minutes": round(seen.page_window.total_seconds() / 60, 1)}))
    if refused >= MANY_REFUSED:
        found.append(Hint(Sign.MANY_REFUSED, {"times": refused}))
    return found


def _pictures(seen: Seen) -> list[Hint]:
    if seen.asked < FEW_ASKED or seen.came >= seen.asked * HALF:
        return []
    return [Hint(Sign.NO_PICTURES, {"asked": seen.asked, "came": seen.came})]


def _people(seen: Seen) -> list[Hint]:
    return [*([Hint(Sign.SHARED_FACE, {"people": seen.same_face})] if seen.same_face else []),
            *([Hint(Sign.SHARED_DEVICE, {"people": seen.on_device})] if seen.on_device >= MANY_PEOPLE else []),
            *([Hint(Sign.SHARED_PHONE, {"people": seen.on_phone})] if seen.on_phone >= MANY_PEOPLE else [])]

"""Is a living person in front of the camera? Pure judgement over what was seen frame by frame
(design: faces §3; N-34, N-35). What this can and cannot prove is said in docs/presence.md.

Turns to either side carry the proof; nod and open mouth only add surprise. A command is drawn by an
injected drawer, so tests can seed it and nothing from outside can."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

_NEUTRAL_FRAMES = 3
_DEEPEST = 0.35
_FRONTAL = 0.10
_FRONTAL_EYES = 0.18
_STEADY = 0.05


class Action(StrEnum):
    """What a person can be asked to do; left and right are the sitter's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"


class Reason(StrEnum):
    """Why a frame cannot be used yet, or why a try failed."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_FAR = "too_far"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    NOT_FRONTAL = "not_frontal"
    STILL = "still"
    REPEATED = "repeated"
    FLAT = "flat"
    NO_DEPTH = "no_depth"
    OTHER_PERSON = "other_person"
    NOT_DONE = "not_done"
    TOO_LATE = "too_late"


Drawer = Callable[[Sequence[Action], int], list[Action]]
"""Draws `n` different actions from those allowed; `secrets` in production."""


@dataclass(frozen=True)
class LivenessRules:
    """Thresholds; the first three come from the tenant's [presence] rules, the rest are measured."""

    turn_min: float = 0.20
    eye_min: float = 0.20
    flat_min: float = 0.05
    nod_share: float = 0.15
    mouth_rise: float = 0.30
    self_max: float = 0.58
    frames: int = 2
    min_eye_px: float = 36.0
    darkest: float = 45.0
    brightest: float = 225.0


@dataclass(frozen=True)
class Sight:
    """One frame: `at` seconds of server receipt since the sitting began; pose as measure.Pose; `depth` h90
    against the neutral frame, None when the track was lost; `apart` Euclidean distance to the neutral
    descriptor where it was taken; `repeated`: these exact pixels were seen before, not just now."""

    at: float
    faces: int
    light: float
    turn: float = 0.5
    eyes: float = 0.0
    nod: float = 0.5
    eye_px: float = 0.0
    mouth: float = 0.0
    depth: float | None = None
    apart: float | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Neutral:
    """The sitter's own straight look, against which every action is read."""

    turn: float
    eyes: float
    nod: float
    mouth: float


@dataclass(frozen=True)
class Outcome:
    """`done` None: go on watching; True: the action was done; False: this try has failed for `reason`."""

    done: bool | None
    reason: Reason | None = None


WATCHING = Outcome(None)


def hint(sight: Sight, rules: LivenessRules) -> Reason | None:
    """What hinders this frame from serving as neutral; told to the sitter at once."""
    checks = (
        (Reason.TOO_DARK, sight.light < rules.darkest), (Reason.TOO_BRIGHT, sight.light > rules.brightest),
        (Reason.NO_FACE, sight.faces == 0), (Reason.SEVERAL_FACES, sight.faces > 1),
        (Reason.TOO_FAR, sight.eye_px < rules.min_eye_px),
        (Reason.NOT_FRONTAL, abs(sight.turn - 0.5) > _FRONTAL or abs(sight.eyes) > _FRONTAL_EYES),
    )
    return next((reason for reason, wrong in checks if wrong), None)


def neutral_of(sights: Sequence[Sight], rules: LivenessRules) -> Neutral | Reason:
    """The neutral look from the last frames, or what still hinders it."""
    recent = sights[-_NEUTRAL_FRAMES:]
    for sight in reversed(recent):
        wrong = hint(sight, rules)
        if wrong:
            return wrong
    if len(recent) < _NEUTRAL_FRAMES:
        return Reason.STILL
    turns = [sight.turn for sight in recent]
    if max(turns) - min(turns) > _STEADY:
        return Reason.NOT_FRONTAL
    return Neutral(turn=median(turns), eyes=median(sight.eyes for sight in recent),
                   nod=median(sight.nod for sight in recent), mouth=median(sight.mouth for sight in recent))


def judge(action: Action, neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules,
          deadline: float, now: float) -> Outcome:
    """The outcome of one commanded action from the frames received since the command (N-35: in time by
    the server's clock). `deadline` and `now` in seconds since the sitting began."""
    if any(sight.repeated for sight in sights):
        return Outcome(False, Reason.REPEATED)
    if sum(sight.faces > 1 for sight in sights) >= 2:
        return Outcome(False, Reason.SEVERAL_FACES)
    timely = [sight for sight in sights if sight.faces == 1 and sight.at <= deadline]
    if any(sight.apart is not None and sight.apart > rules.self_max for sight in timely):
        return Outcome(False, Reason.OTHER_PERSON)
    done = [sight for sight in timely if shows(action, neutral, sight, rules)]
    over = now > deadline
    if len(done) >= rules.frames:
        verdict = _deep(action, neutral, timely, rules)
        if verdict.done or over:
            return verdict
    if not over:
        return WATCHING
    late = any(shows(action, neutral, sight, rules) for sight in sights if sight.at > deadline)
    return Outcome(False, Reason.TOO_LATE if late else Reason.NOT_DONE)


def shows(action: Action, neutral: Neutral, sight: Sight, rules: LivenessRules) -> bool:
    """Whether one frame shows the action, read against the own neutral."""
    if sight.faces != 1:
        return False
    if action is Action.NOD:
        share = sight.nod / neutral.nod if neutral.nod else 1.0
        return abs(share - 1) > rules.nod_share and abs(sight.turn - neutral.turn) < rules.turn_min
    if action is Action.OPEN_MOUTH:
        return sight.mouth - neutral.mouth >= rules.mouth_rise
    side = 1 if action is Action.TURN_LEFT else -1
    return (side * (sight.turn - neutral.turn) >= rules.turn_min
            and side * (sight.eyes - neutral.eyes) >= rules.eye_min)


def _deep(action: Action, neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules) -> Outcome:
    """A turn must also show depth and the same person; without either it never passes."""
    if action in (Action.NOD, Action.OPEN_MOUTH):
        return Outcome(True)
    side = 1 if action is Action.TURN_LEFT else -1
    turned = [sight for sight in sights
              if 0.6 * rules.turn_min <= side * (sight.turn - neutral.turn) <= _DEEPEST]
    depths = [sight.depth for sight in turned if sight.depth is not None]
    if not depths or not any(sight.apart is not None for sight in turned):
        return Outcome(False, Reason.NO_DEPTH)
    return Outcome(True) if median(depths) >= rules.flat_min else Outcome(False, Reason.FLAT)

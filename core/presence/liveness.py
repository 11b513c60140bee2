"""Is a living person in front of the camera? Pure judgement over what was seen frame by frame
(design: faces §3; N-34, N-35). What this can and cannot prove is said in docs/presence.md.

A try goes: straight look, action, straight look, action, straight look. Turns carry the proof; nod and open mouth
add surprise only, since there are no measured heads for them. The straight looks between and at the end show that
the same person is still there; their descriptors are the ones that the match averages."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

_NEUTRAL_FRAMES = 3
_DEEPEST = 0.35
_FRONTAL = 0.10
_FRONTAL_EYES = 0.18
_STEADY = 0.05
_TIPPED = 0.15
_RATE_SECONDS = 2.0


class Action(StrEnum):
    """What a person can be asked to do; left and right are the sitter's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"


TURNS = frozenset({Action.TURN_LEFT, Action.TURN_RIGHT})


class Reason(StrEnum):
    """Why a frame cannot be used yet, or why a try failed."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_FAR = "too_far"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    NOT_FRONTAL = "not_frontal"
    STILL = "still"
    CHOPPY = "choppy"
    REPEATED = "repeated"
    FLAT = "flat"
    NO_DEPTH = "no_depth"
    OTHER_PERSON = "other_person"
    LEFT = "left"
    OTHER_ACTION = "other_action"
    NOT_DONE = "not_done"
    NOT_BACK = "not_back"
    TOO_LATE = "too_late"


Drawer = Callable[[Sequence[Action], int], list[Action]]
"""Draws `n` different actions from those allowed; `secrets` in production."""


@dataclass(frozen=True)
class LivenessRules:
    """Thresholds; the first three come from the tenant's [presence] rules, the rest are measured."""

    turn_min: float = 0.20
    eye_min: float = 0.20
    flat_min: float = 0.05
    nod_share: float = 0.08
    mouth_rise: float = 0.30
    beard: float = 0.50
    self_max: float = 0.58
    same_max: float = 0.40
    frames: int = 2
    other_frames: int = 3
    gone_seconds: float = 1.0
    min_rate: float = 8.0
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
class Command:
    """What was told at `since` and must be seen by `deadline` (seconds since the sitting began): an action, or with
    None the way back to the straight look."""

    action: Action | None
    since: float
    deadline: float


@dataclass(frozen=True)
class Outcome:
    """`done` None: go on watching (`reason`: what is missing so far); True: it was done; False: this try has failed
    for `reason`."""

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


def rate(received: Sequence[float], now: float) -> float | None:
    """Frames a second that reached the server in the last two seconds, by their moments of receipt; None after one
    batch only."""
    recent = [at for at in received if at >= now - _RATE_SECONDS]
    if not recent or recent[-1] == recent[0]:
        return None
    return sum(at > recent[0] for at in recent) / (recent[-1] - recent[0])


def trip(received: Sequence[float]) -> float:
    """Seconds from one batch's receipt to the next, the median of the last five: what a frame needs from the camera
    to the server. The server's own clock, so a page cannot claim more than it really delays."""
    moments = sorted(set(received))[-6:]
    gaps = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    return median(gaps) if gaps else 0.0


def judge(command: Command, neutral: Neutral, sights: Sequence[Sight], received: Sequence[float],
          rules: LivenessRules, now: float) -> Outcome:
    """The outcome of a command from the frames received since it was told (N-35: in time by the server's clock);
    `received` the moments of all frames, looked at or not."""
    sights = [sight for sight in sights if sight.at > command.since]
    spoilt = spoiling(neutral, sights, rules)
    if spoilt:
        return Outcome(False, spoilt)
    timely = [sight for sight in sights if sight.at <= command.deadline]
    over = now > command.deadline
    seen = _action(command.action, neutral, timely, rules) if command.action else _back(neutral, timely, rules)
    if seen.done is not None or not over:
        return seen
    frames = sum(command.since < at <= command.deadline for at in received)
    if frames < rules.min_rate * (command.deadline - command.since):
        return Outcome(False, Reason.CHOPPY)
    if command.action is None:
        return Outcome(False, Reason.NOT_BACK)
    late = any(shows(command.action, neutral, sight, rules) for sight in sights if sight.at > command.deadline)
    return Outcome(False, Reason.TOO_LATE if late else seen.reason or Reason.NOT_DONE)


def _action(action: Action, neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules) -> Outcome:
    """The first clear action counts: a clip that shows one after the other must not pass every draw. `done` None with
    a reason says what is still missing."""
    if sum(shows(action, neutral, sight, rules) for sight in sights) >= rules.frames:
        missing = _missing_depth(action, neutral, sights, rules)
        return Outcome(None, missing) if missing else Outcome(True)
    others = [other for other in Action if other is not action]
    if any(sum(shows(other, neutral, sight, rules) for sight in sights) >= rules.other_frames for other in others):
        return Outcome(False, Reason.OTHER_ACTION)
    tipped = action is Action.NOD and sum(_tipped(neutral, sight, rules) for sight in sights) >= rules.frames
    return Outcome(None, Reason.FLAT if tipped else None)


def _back(neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules) -> Outcome:
    """Straight again and still the same person: nobody else can have taken the seat, the next action begins from
    neutral."""
    same = any(sight.apart is not None and sight.apart <= rules.same_max and straight(neutral, sight, rules)
               for sight in sights)
    return Outcome(True) if same else WATCHING


def spoiling(neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules) -> Reason | None:
    """What must not happen at any time after the neutral look: the same pixels again, a second face, another
    person, nobody. One frame alone decides nothing, except a repeated one."""
    if any(sight.repeated for sight in sights):
        return Reason.REPEATED
    if sum(sight.faces > 1 for sight in sights) >= 2:
        return Reason.SEVERAL_FACES
    strange = [straight(neutral, sight, rules) for sight in sights if sight.apart is not None
               and sight.apart > (rules.same_max if straight(neutral, sight, rules) else rules.self_max)]
    if len(strange) >= 2:
        return Reason.OTHER_PERSON
    gone: float | None = None
    for sight in sights:
        gone = None if sight.faces else sight.at if gone is None else gone
        if gone is not None and sight.at - gone >= rules.gone_seconds:
            return Reason.LEFT
    return None


def straight(neutral: Neutral, sight: Sight, rules: LivenessRules) -> bool:
    """Whether the sitter looks as in the neutral frames."""
    return (hint(sight, rules) is None and abs(sight.turn - neutral.turn) <= rules.turn_min / 2
            and abs(_share(neutral, sight) - 1) < rules.nod_share
            and sight.mouth - neutral.mouth < rules.mouth_rise / 2)


def shows(action: Action, neutral: Neutral, sight: Sight, rules: LivenessRules) -> bool:
    """Whether one frame shows the action, read against the own neutral."""
    if sight.faces != 1:
        return False
    if action is Action.NOD:
        return _tipped(neutral, sight, rules) and sight.depth is not None and sight.depth >= rules.flat_min
    if action is Action.OPEN_MOUTH:
        return (sight.mouth - neutral.mouth >= rules.mouth_rise and _ahead(neutral, sight, rules)
                and abs(_share(neutral, sight) - 1) < _TIPPED)
    side = 1 if action is Action.TURN_LEFT else -1
    return (side * (sight.turn - neutral.turn) >= rules.turn_min
            and side * (sight.eyes - neutral.eyes) >= rules.eye_min)


def _tipped(neutral: Neutral, sight: Sight, rules: LivenessRules) -> bool:
    """The nose stands higher or lower below the eyes than in neutral, and no turn explains it. A print tipped to and
    fro looks alike: only depth tells a nod from it."""
    return sight.faces == 1 and _ahead(neutral, sight, rules) and abs(_share(neutral, sight) - 1) >= rules.nod_share


def _ahead(neutral: Neutral, sight: Sight, rules: LivenessRules) -> bool:
    return (abs(sight.turn - neutral.turn) < rules.turn_min / 2 and abs(sight.eyes - neutral.eyes) < rules.eye_min)


def _share(neutral: Neutral, sight: Sight) -> float:
    return sight.nod / neutral.nod if neutral.nod else 1.0


def _missing_depth(action: Action, neutral: Neutral, sights: Sequence[Sight], rules: LivenessRules) -> Reason | None:
    """A turn must also show depth and the same person; without either it never passes. A nod has its depth in each
    frame."""
    if action not in TURNS:
        return None
    side = 1 if action is Action.TURN_LEFT else -1
    turned = [sight for sight in sights if sight.faces == 1
              and 0.6 * rules.turn_min <= side * (sight.turn - neutral.turn) <= _DEEPEST]
    depths = [sight.depth for sight in turned if sight.depth is not None]
    if not depths or not any(sight.apart is not None and sight.apart <= rules.self_max for sight in turned):
        return Reason.NO_DEPTH
    return None if median(depths) >= rules.flat_min else Reason.FLAT

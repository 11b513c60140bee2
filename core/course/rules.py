"""How an hour is counted: pure functions of what the server saw, without clock, database or web.

Everything is an integer: times are milliseconds of the server's clock since the epoch, positions are
milliseconds of the lesson's video, credit is whole slots. A slot is a stretch of server time (30 s, A.7);
a person owns it once, whatever tabs, devices, lessons or years ask for it.
"""
from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Pace:
    """The lengths that shrink together in the demo (A.7), in milliseconds; the rest follows from them."""

    hour_ms: int
    slot_ms: int
    beat_ms: int
    tolerance_ms: int = 2000   # how far a position may stand beside what is expected
    idle_ms: int = 0           # the longest silence that still counts as unbroken viewing, if over three beats

    def __post_init__(self) -> None:
        if min(self.hour_ms, self.slot_ms, self.beat_ms) <= 0:
            raise ValueError("hour, slot and beat must be longer than nothing")
        if self.hour_ms % self.slot_ms:
            raise ValueError("a class hour must be a whole number of slots")

    @property
    def slots_per_hour(self) -> int:
        return self.hour_ms // self.slot_ms

    @property
    def run_ms(self) -> int:
        """The longest run: an unbroken hour leaves three pieces of evidence, not one a beat."""
        return max(self.beat_ms, self.hour_ms // 3)

    def slack_ms(self, interval_ms: int) -> int:
        """How much real time a late beat may leave unused for the next one."""
        return 3 * interval_ms + self.tolerance_ms

    def grace_ms(self, interval_ms: int) -> int:
        """The longest silence between two beats that still counts as unbroken viewing."""
        return max(self.idle_ms, self.slack_ms(interval_ms))


def pace_of(hour_seconds: int, slot_seconds: int, beat_seconds: int, tolerance_seconds: int = 2,
            idle_seconds: int = 0) -> Pace:
    """The pace of a tenant's settings, given in seconds (A.7: 2700, 30, 30; demo 6, 1, 2)."""
    return Pace(hour_seconds * 1000, slot_seconds * 1000, beat_seconds * 1000, tolerance_seconds * 1000,
                idle_seconds * 1000)


class Reason(StrEnum):
    """Why a beat earned what it earned; the player says each in a sentence."""

    WATCHING = "watching"      # counted, whether or not a whole slot came out of it
    STARTED = "started"        # playing begins: time counts from here
    PAUSED = "paused"          # the person stopped the picture
    FULL = "full"              # this lesson has given all it can give
    REPEATED = "repeated"      # this beat was heard before, or out of turn
    CLOSED = "closed"          # another page of the same person studies now
    TOO_FAST = "too_fast"      # the position ran ahead of the server's clock: speed or a seek forward
    BEHIND = "behind"          # the position lies before what was already seen: a seek back
    SILENT = "silent"          # too long without a beat: nobody knows what happened meanwhile
    ABSENT = "absent"          # presence is not attested
    LATE = "late"              # learned while the network was cut, heard afterwards
    LATE_OVER = "late_over"    # the same, and more than a cut may give


# Reasons for which the page must go back to the server's resume point before anything counts again.
SNAP_BACK = frozenset({Reason.TOO_FAST, Reason.BEHIND, Reason.SILENT})


@dataclass(frozen=True, slots=True)
class BeatState:
    """All that the next beat of a lease is judged by; it travels in the signed token and rests in the
    lease's row.
    """

    seq: int               # the number that the next beat must carry
    last_at_ms: int        # server time of the last judged beat
    interval_ms: int       # what the server asked the page to wait between beats
    lesson_ms: int         # where the video ends, or the stretch of it that is learned again
    resume_ms: int         # seen without a gap from the beginning up to here
    credited: int          # slots of this lesson that are credited already
    cap: int               # slots that this lesson may ever give this person
    last_slot: int         # the newest server slot that this person owns
    playing: bool = False
    bank_ms: int = 0       # server time of this run that no position has used yet
    run_from_ms: int = 0
    run_pos_ms: int = 0
    run_slot: int = 0      # first slot of the open run
    run_slots: int = 0
    closed: bool = False

    @property
    def over(self) -> bool:
        """Nothing is left to see or to earn: the page goes on to what comes next."""
        return self.credited >= self.cap and self.resume_ms >= self.lesson_ms


@dataclass(frozen=True, slots=True)
class Beat:
    """What the server saw: its own time, the page's number, position and whether it plays, whether
    presence holds.
    """

    seq: int
    at_ms: int
    position_ms: int
    playing: bool
    present: bool = True
    interval_ms: int = 0   # what the server asks the page to wait from now on; 0: as before


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of unbroken viewing: the evidence of the slots slot … slot + slots - 1."""

    from_ms: int
    to_ms: int
    pos_from_ms: int
    pos_to_ms: int
    slot: int
    slots: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state after a beat, the slots it earned, why, and the run that it ended, if any."""

    state: BeatState
    credit: int
    reason: Reason
    ended: Run | None = None

    @property
    def counted(self) -> bool:
        """Whether the beat took its turn (the number moved on); a beat that was not heard changes nothing.
        """
        return self.reason not in (Reason.REPEATED, Reason.CLOSED)


def open_state(at_ms: int, lesson_ms: int, resume_ms: int, credited: int, cap: int, last_slot: int,
               pace: Pace, not_before_ms: int = 0) -> BeatState:
    """The state of a fresh lease: nothing plays until the first beat says so.

    `not_before_ms` is the last time the person's earlier lease saw: a clock set back is not lived through
    twice.
    """
    return BeatState(seq=1, last_at_ms=max(at_ms, not_before_ms), interval_ms=pace.beat_ms,
                     lesson_ms=lesson_ms, resume_ms=min(resume_ms, lesson_ms), credited=credited,
                     cap=max(cap, credited), last_slot=last_slot)


def judge_beat(state: BeatState, beat: Beat, pace: Pace) -> Verdict:
    """What one beat is worth (N-37, A1 L1 … L7). Never more than the server time that passed, never less
    than 0.

    A beat that was heard before, comes out of turn or belongs to a closed lease leaves the state as it was.
    It is judged by the interval that the page was asked to keep; a new one holds from the next beat on.
    """
    if state.closed:
        return Verdict(state, 0, Reason.CLOSED)
    if beat.seq != state.seq:
        return Verdict(state, 0, Reason.REPEATED)
    verdict = _judge(state, beat, pace)
    if beat.interval_ms in (0, verdict.state.interval_ms):
        return verdict
    return replace(verdict, state=replace(verdict.state, interval_ms=beat.interval_ms))


def _judge(state: BeatState, beat: Beat, pace: Pace) -> Verdict:
    at = max(beat.at_ms, state.last_at_ms)      # a clock set back earns nothing and breaks nothing (O10)
    heard = replace(state, seq=state.seq + 1, last_at_ms=at)
    if not beat.present:
        return _stop(state, heard, Reason.ABSENT)
    if not state.playing:
        return _begin(heard, beat, pace)
    gap = at - state.last_at_ms
    ahead = beat.position_ms - state.resume_ms
    if gap > pace.grace_ms(state.interval_ms):
        return _restart(state, heard, Reason.SILENT)
    if ahead < -pace.tolerance_ms:
        return _restart(state, heard, Reason.BEHIND)
    if ahead > state.bank_ms + gap + pace.tolerance_ms:
        return _restart(state, heard, Reason.TOO_FAST)
    return _advance(heard, beat, state.bank_ms + gap, pace)


def close(state: BeatState) -> tuple[BeatState, Run | None]:
    """The lease ends (a newer page, a sweep, a clearing): what was earned stays, the open run becomes
    evidence.
    """
    return replace(_idle(state), closed=True), _run(state)


def _advance(heard: BeatState, beat: Beat, bank: int, pace: Pace) -> Verdict:
    """Move the resume point by what real time covers, and give the slots that have become whole."""
    seen = max(0, min(beat.position_ms - heard.resume_ms, bank, heard.lesson_ms - heard.resume_ms))
    resume = heard.resume_ms + seen
    wanted = min(heard.cap, resume // pace.slot_ms) - heard.credited
    first = heard.run_slot if heard.run_slots else max(heard.last_slot + 1, heard.run_from_ms // pace.slot_ms)
    free = heard.last_at_ms // pace.slot_ms - (first + heard.run_slots) + 1
    credit = max(0, min(wanted, free))
    slots = heard.run_slots + credit
    state = replace(heard, resume_ms=resume, bank_ms=bank - seen, credited=heard.credited + credit,
                    run_slot=first if slots else 0, run_slots=slots,
                    last_slot=first + slots - 1 if slots else heard.last_slot)
    full = state.credited >= state.cap
    reason = Reason.FULL if full and not credit else Reason.WATCHING
    if not beat.playing:
        return Verdict(_idle(state), credit, Reason.PAUSED if not full else Reason.FULL, _run(state))
    slack = pace.slack_ms(state.interval_ms)
    # Real time that a stalled picture did not use cannot be saved up for a jump later (L7).
    stalled = state.bank_ms > slack
    if stalled or full or state.last_at_ms - state.run_from_ms >= pace.run_ms:
        bank = min(state.bank_ms, slack)
        return Verdict(_fresh(state, state.last_at_ms - bank, bank), credit, reason, _run(state))
    return Verdict(state, credit, reason)


def _begin(heard: BeatState, beat: Beat, pace: Pace) -> Verdict:
    """Nothing was playing: time starts to count with this beat, if the page stands at the resume point."""
    if not beat.playing:
        return Verdict(heard, 0, Reason.PAUSED)
    off = beat.position_ms - heard.resume_ms
    if off > pace.tolerance_ms:
        return Verdict(heard, 0, Reason.TOO_FAST)
    if off < -pace.tolerance_ms:
        return Verdict(heard, 0, Reason.BEHIND)
    return Verdict(_fresh(heard, heard.last_at_ms, 0), 0, Reason.STARTED)


def _restart(before: BeatState, heard: BeatState, reason: Reason) -> Verdict:
    """The run broke: what it earned stays, and nothing counts until the page begins again at the resume
    point.
    """
    return Verdict(_idle(heard), 0, reason, _run(before))


def _stop(before: BeatState, heard: BeatState, reason: Reason) -> Verdict:
    return Verdict(_idle(heard), 0, reason, _run(before))


def _fresh(state: BeatState, from_ms: int, bank: int) -> BeatState:
    return replace(state, playing=True, bank_ms=bank, run_from_ms=from_ms, run_pos_ms=state.resume_ms,
                   run_slot=0, run_slots=0)


def _idle(state: BeatState) -> BeatState:
    return replace(state, playing=False, bank_ms=0, run_from_ms=0, run_pos_ms=0, run_slot=0, run_slots=0)


def _run(state: BeatState) -> Run | None:
    """The open run as evidence; None when nothing was seen in it."""
    if not state.playing or (state.resume_ms == state.run_pos_ms and not state.run_slots):
        return None
    return Run(state.run_from_ms, state.last_at_ms, state.run_pos_ms, state.resume_ms, state.run_slot,
               state.run_slots)

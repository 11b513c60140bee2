"""The face check before study (N-33 … N-35): open a try, take its frames, end it with a proof or a reason."""
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from secrets import token_urlsafe

from flask_babel import gettext as _

from core.base.db import Id, new_id
from core.base.errors import Conflict, Forbidden, Refused, TooMany, Unavailable
from core.identity import Person, current_person, face_consent
from core.presence.client import BUSY, FaceRefusal, face_client
from core.presence.drawing import by_secrets, instead_of
from core.presence.likeness import alike
from core.presence.liveness import Action, Drawer, Reason
from core.presence.matching import Zone
from core.presence.models import Attestation, Challenge, FaceTemplate
from core.presence.queries import (
    earlier_digests, earlier_looks, liveness_rules, match_rules, mean_vector, open_challenges, own_challenge, reading,
    template_of, tries_left,
)
from core.presence.duplicates import search_soon
from core.presence.rules import PhotoLimits
from core.presence.scanned import compare_scan_soon
from core.presence.states import MOVES, OPEN, ChallengeState
from core.presence.told import PresenceProved
from core.presence.tokens import Gate
from core.presence.wire import Message
from core.presence.words import unfit_text
from core.tenancy import Ctx
from core.web.helping import whom_to_ask

_LOOK_FOR = timedelta(seconds=60)
_CHOPPY_AFTER = timedelta(seconds=15)
_MOST_FRAMES = 24
_ROOMS = 3
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Batch:
    """Frames as they came: `nonce` of the challenge, `received` when the whole body was there."""

    nonce: str
    frames: Sequence[bytes]
    received: datetime


@dataclass(frozen=True)
class Progress:
    """Where a try stands; `seconds` is the time that the action told last was given, `step` of `steps` (from 1) its
    place among the drawn ones."""

    state: ChallengeState
    hint: str | None = None
    action: Action | None = None
    seconds: float = 0.0
    step: int = 0
    steps: int = 0
    reason: str = ""
    tries_left: int = 0


@dataclass(frozen=True)
class _Told:
    """What the face process said of a batch, and of the match when the last action was done."""

    done: bool | None = None
    neutral: bool = False
    reason: str = ""
    hint: str | None = None
    trip: float = 0.0
    unfit: tuple[str, ...] = ()
    zone: str = ""
    euclid: float | None = None
    cosine: float | None = None
    frames: int | None = None
    digests: tuple[str, ...] = ()
    picture: bytes = b""
    looks: bytes = b""


def split_batch(body: bytes) -> list[bytes]:
    """Frames of a request body: each a 4-byte big-endian length and a JPEG; Refused when it is not so."""
    frames: list[bytes] = []
    at = 0
    while at < len(body) and len(frames) <= _MOST_FRAMES:
        size = struct.unpack_from(">I", body, at)[0] if at + 4 <= len(body) else 0
        at += 4 + size
        frames.append(body[at - size:at])
        if size == 0 or at > len(body):
            break
    if not frames or not all(frames) or at != len(body) or len(frames) > _MOST_FRAMES or len(body) > MOST_BYTES:
        raise Refused("bad_frames", _("没有收到完整的画面，请再试一次。"))
    return frames


def open_challenge(ctx: Ctx, gate: Gate, draw: Drawer = by_secrets, camera: str = "") -> Challenge:
    """A new try; an open one ends. Refused: no consent, no photo on file, no try left within the hour (A.7)."""
    with reading(ctx) as read:
        person = current_person(read)
        require_consent(read, person)
        left = tries_left(read, person.id, gate.enrollment_id)
        known = template_of(read, person)
        photo = _photo(read, person) if known is None else b""
    if not left:
        raise TooMany("tries_used", _("刷脸已试了 %(tries)s 次没有通过。", tries=ctx.rules().presence.tries),
                      hint=_("请预约现场见证，或一小时后再试。"))
    vector = _describe(ctx, photo) if known is None else b""
    rules, challenge_id = ctx.rules().presence, _open_sitting(ctx, person.id)
    if vector:
        _keep_template(ctx, person, vector)
    _end_open(ctx, person.id)
    challenge = Challenge(
        id=challenge_id, person_id=person.id, enrollment_id=gate.enrollment_id, nonce=token_urlsafe(24),
        actions=[action.value for action in draw([Action(one) for one in rules.actions], rules.actions_drawn)],
        step=0, state=ChallengeState.LOOKING, reason="", opened_at=ctx.now, digests=[], camera=camera,
        in_room=gate.in_room)
    ctx.db.add(challenge)
    ctx.db.flush()
    return challenge


def _open_sitting(ctx: Ctx, person_id: Id) -> Id:
    """Room at a face worker before anything is told: whoever has begun is judged in time, others wait (R19)."""
    with reading(ctx) as read:
        head = {"op": "open", "rules": asdict(liveness_rules(read)), "seen": earlier_digests(read, person_id)}
        given_up = open_challenges(read, person_id)
    client = face_client(ctx)
    for old in given_up:
        client.ask({"op": "forget", "sitting": old.hex}, sitting=old.hex)
    for _attempt in range(_ROOMS):
        challenge_id = new_id()
        try:
            client.ask({**head, "sitting": challenge_id.hex}, sitting=challenge_id.hex)
        except FaceRefusal as refusal:
            if refusal.word != BUSY:
                raise
            continue
        return challenge_id
    raise Unavailable("face_busy", _("现在同时识别的人很多。"), hint=_("请等十秒再点“再试一次”，不会扣次数。"))


def require_consent(ctx: Ctx, person: Person) -> None:
    """Face data are taken only with a consent of their own in the version in force (R24)."""
    if face_consent(ctx, person) is None:
        raise Forbidden("no_consent", _("您还没有同意使用人脸信息。"), hint=_("请先阅读并同意，或选择现场见证。"))


def _photo(ctx: Ctx, person: Person) -> bytes:
    if not person.photo_key:
        raise Refused("no_photo", _("您还没有上传照片，无法比对。"), hint=_("请先到“基本信息”上传照片。"))
    try:
        return ctx.blobs.get(person.photo_key)
    except FileNotFoundError:
        raise Refused("no_photo", _("您的照片读不出来，无法比对。"), hint=_("请%(ask)s，由工作人员处理。", ask=whom_to_ask(ctx))) from None


def _describe(ctx: Ctx, photo: bytes) -> bytes:
    try:
        return face_client(ctx).ask({"op": "enroll", "rules": asdict(PhotoLimits.of(ctx.rules().photo))},
                                    (photo,)).parts[0]
    except FaceRefusal as refusal:
        raise Refused("photo_unfit", _("您档案里的照片无法用来比对：%(why)s。", why=unfit_text(refusal.word)),
                      hint=_("请%(ask)s，由工作人员更换照片；也可以预约现场见证。", ask=whom_to_ask(ctx))) from None


def _keep_template(ctx: Ctx, person: Person, vector: bytes) -> None:
    old = ctx.db.query(FaceTemplate).filter_by(person_id=person.id).one_or_none()
    template = old or FaceTemplate(person_id=person.id)
    template.photo_key, template.vector, template.made_at = str(person.photo_key), vector, ctx.now
    template.searched_at = None
    ctx.db.add(template)
    ctx.enqueue("presence.mean", {})
    search_soon(ctx)
    compare_scan_soon(ctx, person.id)


def _end_open(ctx: Ctx, person_id: Id) -> None:
    """Whoever opens another try gives the open one up; if an action had been told, that try is used."""
    for challenge in ctx.db.query(Challenge).filter(Challenge.person_id == person_id, Challenge.state.in_(OPEN)):
        challenge.reason = "not_done" if challenge.told_at else "replaced"
        challenge.state, challenge.ended_at = ChallengeState.FAILED, ctx.now


def take_frames(ctx: Ctx, challenge_id: Id, batch: Batch) -> Progress:
    """Judge a batch as it arrives (N-35: 3 s by the server's receipt and at most 2 s for the upload)."""
    with reading(ctx) as read:
        challenge = own_challenge(read, challenge_id)
        if not compare_digest(challenge.nonce, batch.nonce):
            raise Conflict("nonce", _("这次识别已经被新的一次代替，请在最新打开的页面上继续。"))
        if challenge.state not in OPEN:
            return _ended(read, challenge)
        if challenge.told_at is None and batch.received - challenge.opened_at > _LOOK_FOR:
            told = _Told(False, reason="timed_out")
        else:
            told = _ask(read, challenge, batch)
    return _advance(ctx, challenge_id, told)


def _ended(ctx: Ctx, challenge: Challenge) -> Progress:
    return Progress(ChallengeState(challenge.state), reason=challenge.reason,
                    tries_left=tries_left(ctx, challenge.person_id, challenge.enrollment_id))


def _ask(ctx: Ctx, challenge: Challenge, batch: Batch) -> _Told:
    """Ask the face process; nothing is locked meanwhile. Raises FaceServiceDown."""
    client, name = face_client(ctx), challenge.id.hex

    def since(moment: datetime) -> float:
        return (moment - challenge.opened_at).total_seconds()

    command = None
    if challenge.told_at and challenge.deadline_at:
        acting = challenge.state == ChallengeState.ACTING
        command = {"action": challenge.actions[challenge.step] if acting else None,
                   "since": since(challenge.told_at), "deadline": since(challenge.deadline_at)}
    last = challenge.state == ChallengeState.RETURNING and challenge.step + 1 >= len(challenge.actions)
    template, mean = (template_of(ctx, current_person(ctx)), mean_vector(ctx)) if last else (None, None)
    known = [template.vector, *([mean] if mean else [])] if template else []
    finish = {"match": asdict(match_rules(ctx)), "mean": mean is not None} if template else None
    head = {"op": "frames", "sitting": name, "at": since(batch.received), "frames": len(batch.frames),
            "command": command, "finish": finish}
    try:
        answer = client.ask(head, [*batch.frames, *known], sitting=name)
    except FaceRefusal as refusal:
        if refusal.word in ("bad frame", "too many frames"):
            raise Refused("bad_frames", _("画面传坏了，请再试一次。")) from None
        return _Told(False, reason="no_face" if refusal.word == Reason.NO_FACE else "lost")
    said = answer.head
    told = _Told(said["done"], bool(said["neutral"]), said["reason"] or "", said["hint"], said["trip"],
                 tuple(said["unfit"]))
    if told.hint == Reason.CHOPPY and batch.received - challenge.opened_at > _CHOPPY_AFTER:
        return _Told(False, reason=Reason.CHOPPY)
    if told.done and last:
        return _matched(answer) if template else _Told(False, reason="lost")
    return told


def _matched(answer: Message) -> _Told:
    match = answer.head["match"]
    fits = match["zone"] != Zone.REFUSE
    return _Told(fits, reason="" if fits else "no_match", zone=match["zone"], euclid=match["euclid"],
                 cosine=match["cosine"], frames=match["frames"], digests=tuple(answer.head["digests"]),
                 picture=answer.parts[0], looks=answer.parts[1])


def _advance(ctx: Ctx, challenge_id: Id, told: _Told) -> Progress:
    """Write what changed; most batches change nothing and touch no table."""
    with reading(ctx) as read:
        state = ChallengeState(own_challenge(read, challenge_id).state)
    if told.done is None and not (told.neutral and state is ChallengeState.LOOKING):
        return Progress(state, told.hint)
    challenge = own_challenge(ctx, challenge_id)
    if challenge.state not in OPEN or challenge.state != state:
        return _ended(ctx, challenge)
    if told.done is False:
        return _fail(ctx, challenge, told)
    if state is ChallengeState.ACTING:
        return _tell_return(ctx, challenge, told)
    if state is ChallengeState.RETURNING:
        if challenge.step + 1 >= len(challenge.actions):
            return _pass(ctx, challenge, told)
        challenge.step += 1
    return _tell(ctx, challenge, told)


def _move(challenge: Challenge, state: ChallengeState) -> None:
    if state not in MOVES[ChallengeState(challenge.state)]:
        raise Conflict("challenge_state", _("这次识别已经结束，请重新点击“拍照识别”。"))
    challenge.state = state


def _tell(ctx: Ctx, challenge: Challenge, told: _Told) -> Progress:
    """Tell the next action. One that cannot be read on this face gives way to another."""
    allowed = [Action(one) for one in ctx.rules().presence.actions]
    challenge.actions = instead_of(challenge.actions, challenge.step, told.unfit, allowed)
    _run(ctx, challenge, ChallengeState.ACTING, told)
    return Progress(ChallengeState.ACTING, action=Action(challenge.actions[challenge.step]),
                    seconds=float(ctx.rules().presence.action_seconds), step=challenge.step + 1,
                    steps=len(challenge.actions))


def _tell_return(ctx: Ctx, challenge: Challenge, told: _Told) -> Progress:
    """The action was seen; back to the straight look, which proves that nobody has taken the seat."""
    if challenge.told_at:
        taken = (ctx.tenant.clock.now() - challenge.told_at).total_seconds()
        challenge.answers = [*challenge.answers, round(taken, 2)]
    _run(ctx, challenge, ChallengeState.RETURNING, told)
    return Progress(ChallengeState.RETURNING, step=challenge.step + 1, steps=len(challenge.actions))


def _run(ctx: Ctx, challenge: Challenge, state: ChallengeState, told: _Told) -> None:
    """The seconds run from now, plus what a frame takes to arrive, at most the grace (A.7)."""
    rules = ctx.rules().presence
    _move(challenge, state)
    challenge.told_at = ctx.tenant.clock.now()
    grace = min(told.trip, float(rules.upload_grace_seconds))
    challenge.deadline_at = challenge.told_at + timedelta(seconds=rules.action_seconds + grace)


def _fail(ctx: Ctx, challenge: Challenge, told: _Told) -> Progress:
    _move(challenge, ChallengeState.FAILED)
    challenge.reason, challenge.ended_at = told.reason, ctx.now
    ctx.db.flush()
    ctx.record("presence.failed", challenge.enrollment_id, reason=told.reason, euclid=told.euclid, cosine=told.cosine,
               frames=told.frames)
    return _ended(ctx, challenge)


def _pass(ctx: Ctx, challenge: Challenge, told: _Told) -> Progress:
    _move(challenge, ChallengeState.PASSED)
    challenge.likeness = alike(told.looks, earlier_looks(ctx, challenge.person_id))
    challenge.ended_at, challenge.digests, challenge.looks = ctx.now, list(told.digests), told.looks
    ctx.db.add(Attestation(
        person_id=challenge.person_id, enrollment_id=challenge.enrollment_id, challenge_id=challenge.id, kind="face",
        in_room=challenge.in_room, zone=told.zone, euclid=told.euclid, cosine=told.cosine, frames=told.frames,
        picture_key=ctx.blobs.put(told.picture, "face"), given_at=ctx.now,
        valid_until=ctx.now + timedelta(minutes=ctx.rules().presence.attestation_minutes)))
    ctx.db.flush()
    ctx.publish(PresenceProved(challenge.enrollment_id, ctx.now))
    ctx.record("presence.passed", challenge.enrollment_id, zone=told.zone, euclid=told.euclid, cosine=told.cosine,
               frames=told.frames)
    return Progress(ChallengeState.PASSED)

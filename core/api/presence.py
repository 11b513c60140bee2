"""For a plugin that must know who is there: the face check's page, its proof, and a person who looks instead."""
from datetime import datetime

from core.base.db import Id
from core.presence import attestations_of
from core.presence import check_url as _check_url
from core.presence.supervised import attest_in_person, check_card
from core.tenancy import Ctx

__all__ = ["face_check_url", "proved_since", "witness"]


def face_check_url(ctx: Ctx, enrollment_id: Id, back: str) -> str:
    """Where the signed-in person's face check in a test room begins; afterwards it goes on to the path `back`."""
    return _check_url(ctx, enrollment_id, back, in_room=True)


def proved_since(ctx: Ctx, enrollment_id: Id, since: datetime) -> Id | None:
    """The id of the newest proof by a face matched in a room (`face_check_url`) at `since` or later; that of a study
    at home is none."""
    found = [one.id for one in attestations_of(ctx, enrollment_id)
             if one.kind == "face" and one.in_room and one.given_at >= since]
    return found[-1] if found else None


def witness(ctx: Ctx, person_id: Id, enrollment_id: Id, tail: str, note: str, picture: bytes) -> Id:
    """Somebody on duty has compared the person with the ID card, whose number ends with `tail`, and taken a picture;
    the id of the proof. Refused where the number on file ends otherwise."""
    check_card(ctx, person_id, enrollment_id, tail)
    return attest_in_person(ctx, person_id, enrollment_id, note, picture).id

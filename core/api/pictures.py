"""For a plugin that takes in pictures of people: photos judged by the tenant's rules, papers written anew, and what of
them becomes the person's own."""
from collections.abc import Mapping

from core.base.db import Id
from core.base.errors import Problem
from core.identity import Side, person_of, scans_of
from core.presence import PhotoVerdict, judge_photo
from core.presence.rules import Code, PIXEL_CAP, explain, kind_of, precheck
from core.registration import photos, scans
from core.registration.photos import pixels_of
from core.registration.photos import plain_jpeg as clean_picture
from core.tenancy import Ctx

__all__ = ["PIXEL_CAP", "PhotoVerdict", "Side", "adopt_pictures", "clean_picture", "first_look", "judge_photo",
           "kind_of", "pixels_of"]


def first_look(ctx: Ctx, data: bytes) -> list[Problem]:
    """What size, type and dimensions alone say of a photo, in the words that the judge would use; quick, and without
    the face process. Nothing found does not mean that it is good: `judge_photo` says that."""
    rules = ctx.rules().photo
    facts: dict[str, float | str] = {"kb": len(data) / 1024, "kind": kind_of(data)}
    codes = precheck(data, rules)
    if not codes and (pixels := pixels_of(data)) is None:
        codes = [Code.UNREADABLE]
    elif not codes and pixels is not None and pixels[0] * pixels[1] > PIXEL_CAP:
        facts.update(width=pixels[0], height=pixels[1])
        codes = [Code.TOO_MANY_PIXELS]
    return [explain(code, facts, rules) for code in codes]


def adopt_pictures(ctx: Ctx, person_id: Id, photo: bytes, sides: Mapping[Side, bytes]) -> None:
    """A judged photo and both sides of the ID card become those on file, where the person has not begun to study and
    the tenant still lets a photo be put there (X-04); what is on file for good stays."""
    person = person_of(ctx, person_id)
    photos.adopt(ctx, person, photo)
    if scans.may_replace(person) and {*sides, *(Side(one.side) for one in scans_of(ctx, person))} == set(Side):
        scans.keep(ctx, person, sides)

"""`jianxue faces calibrate`: a tenant's decided cases, gathered and told in words."""
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, select

from core.audit.models import AuditCase, AuditDecision
from core.audit.states import CaseState
from core.base.db import Id
from core.presence import Attestation, Snapshot
from core.presence.calibration import (
    GOAL_CHECK, GOAL_REFUSED, GOAL_REVIEWED, GOAL_SNAPSHOT, LEAST_GENUINE, NEARER, Distances, Line, Proposal, Rate,
    goal_of, least_strangers, missing, propose, table_of,
)
from core.presence.duplicates import templates
from core.presence.matching import MOST_FRAMES, MatchRules, Zones, unpacked
from core.presence.models import FaceDuplicate, PictureVerdict
from core.presence.queries import mean_vector
from core.presence.states import ReviewState, Seen
from core.tenancy import Ctx

_MOST_PHOTOS = 1000
_DUPLICATE_STEPS = ((0.20, 0.10), (0.25, 0.15), (0.30, 0.20), (0.35, 0.25), (0.40, 0.30))
Pairs = list[tuple[float, float]]


@dataclass
class Decided:
    """Comparisons that a human decided, by number of frames; `by_case` of the genuine ones follow from a case that
    was passed and not from a verdict on the picture; `without_mean` had no cosine and cannot be used."""

    genuine: dict[int, Pairs] = field(default_factory=lambda: defaultdict(list))
    strangers: dict[int, Pairs] = field(default_factory=lambda: defaultdict(list))
    by_case: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unclear: int = 0
    without_mean: int = 0


def decided(ctx: Ctx) -> Decided:
    """Every picture with a verdict, and every other one of a case that a human has passed."""
    found = Decided()
    verdicts = {row.picture_id: row.seen for row in ctx.db.execute(
        select(PictureVerdict.picture_id, PictureVerdict.seen).order_by(PictureVerdict.at, PictureVerdict.id))}
    by_human = exists().where(AuditDecision.case_id == AuditCase.id, AuditDecision.state == CaseState.PASSED,
                              AuditDecision.by_account.is_not(None))
    passed = set(ctx.db.scalars(select(AuditCase.enrollment_id).where(AuditCase.state == CaseState.PASSED, by_human)))
    for picture, enrollment, frames, euclid, cosine in _compared(ctx):
        seen = verdicts.get(picture)
        if seen is None and enrollment not in passed:
            continue
        if seen == Seen.UNCLEAR:
            found.unclear += 1
        elif cosine is None:
            found.without_mean += 1
        else:
            (found.strangers if seen == Seen.OTHER else found.genuine)[frames].append((euclid, cosine))
            found.by_case[frames] += seen is None
    return found


def _compared(ctx: Ctx) -> Iterator[tuple[object, object, int, float, float | None]]:
    """(picture, enrollment, frames, E, C) of every snapshot and face check that was compared."""
    for row in ctx.db.execute(select(Snapshot.id, Snapshot.enrollment_id, Snapshot.euclid, Snapshot.cosine).where(
            Snapshot.euclid.is_not(None))):
        yield row.id, row.enrollment_id, 1, row.euclid, row.cosine
    for check in ctx.db.execute(
            select(Attestation.id, Attestation.enrollment_id, Attestation.frames, Attestation.euclid,
                   Attestation.cosine).where(Attestation.euclid.is_not(None), Attestation.frames.is_not(None))):
        yield check.id, check.enrollment_id, check.frames, check.euclid, check.cosine


def photo_pairs(ctx: Ctx, most: int = _MOST_PHOTOS) -> tuple[int, Distances]:
    """How many photos on file, and the distances of all pairs of at most `most` of them: strangers, but
    for pairs that a human found to be one person. Empty while there is no mean."""
    parts, mean = list(templates(ctx)), mean_vector(ctx)
    count = sum(len(ids) for ids, _rows in parts)
    if mean is None or not parts:
        return count, Distances.of([])
    step = max(1, -(-count // most))
    people = [person for ids, _rows in parts for person in ids][::step]
    taken = np.concatenate([rows for _ids, rows in parts])[::step].astype(np.float64)
    squares = (taken ** 2).sum(1)
    euclid = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * taken @ taken.T, 0))
    centred = taken - unpacked(mean)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    strangers = np.triu(np.ones_like(euclid, bool), 1) & ~_same_people(ctx, people)
    return count, Distances(euclid[strangers], (1 - centred @ centred.T)[strangers])


def _same_people(ctx: Ctx, people: Sequence[Id]) -> NDArray[np.bool_]:
    """Which pairs are one person by a human's word."""
    at = {person: number for number, person in enumerate(people)}
    same = np.zeros((len(people), len(people)), bool)
    for one, other in ctx.db.execute(select(FaceDuplicate.one_id, FaceDuplicate.other_id).where(
            FaceDuplicate.state.in_((ReviewState.SAME, ReviewState.SETTLED)))):
        if one in at and other in at:
            same[at[one], at[other]] = same[at[other], at[one]] = True
    return same


def report(ctx: Ctx, rules: MatchRules) -> Iterator[str]:
    """The tables, line by line, and what follows from them."""
    found, (photos, cross) = decided(ctx), photo_pairs(ctx)
    yield (f"档案照片 {photos} 张，两两相比 {len(cross)} 对（视为不同的人）；另有看不清 {found.unclear} 例、"
           f"当时还没有照片平均值 {found.without_mean} 例，不参加校准。")
    yield (f"目标：不同的人刷脸自动通过约 {_percent(GOAL_CHECK)}（单张抓拍 {_percent(GOAL_SNAPSHOT)}），"
           f"本人需人工核对不超过 {_percent(GOAL_REVIEWED)}，本人被拒不超过 {_percent(GOAL_REFUSED)}。")
    yield "被拒的刷脸不留照片，没有人判定，所以这里的“未自动通过”偏低；照片两两相比的各对并非相互独立。"
    proposals: dict[int, Proposal] = {}
    for frames in range(1, MOST_FRAMES + 1):
        genuine, own = Distances.of(found.genuine[frames]), Distances.of(found.strangers[frames])
        if not len(genuine) and not len(own):
            continue
        strangers = own.with_(cross.nearer(NEARER[frames]))
        yield ""
        yield (f"【{frames} 张照片】本人 {len(genuine)} 例（其中随案通过 {found.by_case[frames]} 例），"
               f"审核判定不是本人 {len(own)} 例，加照片两两相比共 {len(strangers)} 对")
        yield from _table(table_of(genuine, strangers, rules.zones(frames)), rules.zones(frames))
        made = propose(genuine, strangers, rules.zones(frames), frames)
        yield from _advice(frames, made, missing(genuine, strangers, frames))
        if made is not None:
            proposals[frames] = made
    yield from _settings(rules, proposals)
    yield from _duplicates(cross, photos)


def _table(lines: Sequence[Line], zones: Zones) -> Iterator[str]:
    yield f"  余弦上限 {zones.accept_cosine:.2f}，按欧氏上限："
    yield "  欧氏\t不同的人自动通过\t本人未自动通过\t其中人工核对"
    for line in lines:
        mark = "  ← 现行" if line.euclid == zones.accept_euclid else ""
        yield (f"  {line.euclid:.2f}\t{_rate(line.false_match)}\t{_rate(line.false_non_match)}\t"
               f"{_rate(line.reviewed)}{mark}")


def _advice(frames: int, made: Proposal | None, lacking: tuple[int, int]) -> Iterator[str]:
    if made is None:
        genuine, strangers = lacking
        why = "、".join(text for text, some in ((f"本人还差 {genuine} 例", genuine), (f"不同的人还差 {strangers} 对", strangers))
                       if some) or f"没有一组阈值能把不同的人自动通过降到 {_percent(goal_of(frames))}"
        yield (f"  不作建议：{why}。至少要本人 {LEAST_GENUINE} 例、不同的人 {least_strangers(frames)} 对，"
               "数目再少，一次错误也没有也不能说明问题。")
        return
    zones, line = made.zones, made.line
    yield (f"  建议：自动通过 E ≤ {zones.accept_euclid:.2f} 且 C ≤ {zones.accept_cosine:.2f}，"
           f"人工核对至 E ≤ {zones.review_euclid:.2f} 且 C ≤ {zones.review_cosine:.2f}")
    yield (f"  按建议：不同的人自动通过 {_rate(line.false_match)}，本人人工核对 {_rate(line.reviewed)}，"
           f"本人被拒 {_rate(made.refused)}")
    if (line.reviewed.share or 0) > GOAL_REVIEWED:
        yield "  注意：按建议，需要人工核对的本人仍超过目标。请先改善照片和光线，不要放宽阈值。"


def _settings(rules: MatchRules, proposals: dict[int, Proposal]) -> Iterator[str]:
    if not proposals:
        return
    yield ""
    yield "不会自动修改。确认后写入租户文件（每次修改都留有版本和记录）："
    yield "[presence]"
    for name in ("accept_euclid", "accept_cosine", "review_euclid", "review_cosine"):
        values = list(getattr(rules, name))
        for frames, made in proposals.items():
            values[frames - 1] = getattr(made.zones, name)
        written = ", ".join(f"{value:.2f}" for value in values)
        yield f'{name} = {{ value = [{written}], source = "N-34" }}  # jianxue faces calibrate'


def _duplicates(cross: Distances, photos: int) -> Iterator[str]:
    """How many alarms the search for one face under two IDs gives at which thresholds."""
    if not len(cross):
        return
    yield ""
    yield "【疑似同一人】档案照片两两相比，同时不超过两个上限的对数；换算到 1 万人："
    for euclid, cosine in _DUPLICATE_STEPS:
        rate = Rate(cross.within(euclid, cosine), len(cross))
        told = f"约 {rate.some / rate.all * 49_995_000:.0f} 对" if rate.some else f"不超过 {rate.at_most * 49_995_000:.0f} 对"
        yield f"  E ≤ {euclid:.2f} 且 C ≤ {cosine:.2f}\t{rate.some} 对\t{told}"
    if photos < _MOST_PHOTOS:
        yield "  照片还少，换算只是上限。"


def _rate(rate: Rate) -> str:
    return "—" if rate.share is None else f"{_percent(rate.share)}（{rate.some}/{rate.all}，至多 {_percent(rate.at_most)}）"


def _percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"

"""L14, R22: thresholds that a tenant's own decided cases ask for."""
import itertools

import numpy as np
import pytest

from core.presence.calibration import (
    COSINES, EUCLIDS, Distances, Rate, goal_of, least_strangers, line_at, missing, propose, table_of,
)
from core.presence.engine import DlibEngine
from core.presence.matching import MatchRules, cosine_distance
from core.presence.sitting import averaged
from tests.data import data
from tests.presence.pictures import pixels

RULES = MatchRules()
THREE = RULES.zones(3)


def ladder(low: float, high: float, count: int) -> Distances:
    """Evenly spread distances, E and C moving together: every rate is known beforehand."""
    steps = np.linspace(low, high, count)
    return Distances(steps, steps - 0.10)


@pytest.mark.parametrize(("some", "all_", "at_most"), [
    (0, 0, 1.0), (0, 3000, 0.001), (0, 30, 0.1), (0, 2, 1.0), (10, 100, 0.1744), (500, 1000, 0.531),
])
def test_a_rate_says_what_it_may_be_at_most(some: int, all_: int, at_most: float) -> None:
    """R22: the rule of three where there is no error, Wilson's bound elsewhere."""
    assert Rate(some, all_).at_most == pytest.approx(at_most, abs=1e-3)


def test_the_table_counts_what_is_there() -> None:
    """L14: genuine from 0.20 to 0.60, strangers from 0.40 to 0.80: the shares are known."""
    genuine, strangers = ladder(0.20, 0.60, 401), ladder(0.40, 0.80, 401)
    wide = RULES.__class__(accept_cosine=(0.9,) * 5, review_euclid=(0.55,) * 5, review_cosine=(0.9,) * 5).zones(3)
    lines = {line.euclid: line for line in table_of(genuine, strangers, wide)}
    assert THREE.accept_euclid in lines
    line = lines[0.5]
    counted = (line.false_match.some, line.false_non_match.some, line.reviewed.some)
    assert counted == pytest.approx((101, 100, 50), abs=1)
    tight = line_at(genuine, strangers, 0.60, 0.30, wide)
    assert tight.false_match.some == pytest.approx(1, abs=1) and tight.false_non_match.some == pytest.approx(200, abs=1)


def test_the_proposal_is_the_best_that_meets_the_goal() -> None:
    """L14: strangers begin at 0.50 (one in a thousand below 0.5003), genuine people end at 0.52: E 0.50 is right, and
    the review limits take in all but one in a hundred of them."""
    genuine, strangers = ladder(0.10, 0.52, 1000), ladder(0.50, 0.90, 5000)
    made = propose(genuine, strangers, THREE, 3)
    assert made is not None
    accepted = min(made.zones.accept_euclid, made.zones.accept_cosine + 0.10)
    assert accepted == pytest.approx(0.50) and made.line.false_match.share is not None
    assert made.line.false_match.share <= goal_of(3)
    assert made.line.false_non_match.share == pytest.approx(0.02 / 0.42, abs=0.003)
    assert made.refused.share is not None and made.refused.share <= 0.01
    assert made.zones.review_euclid >= made.zones.accept_euclid
    for euclid, cosine in itertools.product(EUCLIDS, COSINES):
        line = line_at(genuine, strangers, euclid, cosine, THREE)
        if (line.false_match.share or 0) <= goal_of(3):
            assert line.false_non_match.some >= made.line.false_non_match.some
    wide = ladder(0.456, 0.901, 5000)
    single, several = propose(genuine, wide, THREE, 1), propose(genuine, wide, THREE, 3)
    assert single is not None and several is not None
    assert (single.zones.accept_euclid, several.zones.accept_euclid) == (0.46, 0.45)


def test_too_few_cases_give_no_proposal() -> None:
    """R22: 3,000 pairs without an error say 0.1 %, fewer do not; 300 genuine ones say 1 %."""
    assert (least_strangers(3), least_strangers(1)) == (3000, 300)
    few, many = ladder(0.1, 0.4, 299), ladder(0.6, 0.9, 3000)
    assert missing(few, many, 3) == (1, 0) and propose(few, many, THREE, 3) is None
    assert missing(many, few, 3) == (0, 2701) and propose(many, few, THREE, 3) is None
    assert propose(ladder(0.5, 0.9, 3000), ladder(0.0, 0.2, 3000), THREE, 3) is None
    assert propose(Distances.of([]), Distances.of([]), THREE, 1) is None


@pytest.mark.prove
def test_the_shipped_thresholds_on_real_faces() -> None:
    """L14, R22, on the optional pictures: no pair of the strangers in the group pictures is accepted, and none of the
    labelled pairs is judged the wrong way round. A gate against regressions, no error rate of the product."""
    folder = data("faces")
    if folder is None:
        pytest.skip("optional data")
    engine = DlibEngine()
    people = []
    for path in sorted((folder / "dlib_examples").glob("200*.jpg")):
        image = np.ascontiguousarray(pixels(path.read_bytes()))
        people += [averaged(engine, engine.chip(image, face)) for face in engine.find(image, thorough=True)[:7]]
    mean = np.mean(people, axis=0)
    pairs = Distances.of([(float(np.linalg.norm(one - other)), cosine_distance(one - mean, other - mean))
                          for one, other in itertools.combinations(people, 2)])
    assert len(pairs) > 500 and pairs.within(THREE.accept_euclid, THREE.accept_cosine) == 0
    labelled = (folder / "face_recognition" / "pairs.csv").read_text().split()[1:]
    faces = {}
    for name in {name for line in labelled for name in line.split(",")[:2]}:
        image = np.ascontiguousarray(pixels((folder / "face_recognition" / name).read_bytes()))
        faces[name] = averaged(engine, engine.chip(image, engine.find(image, thorough=True)[0]))
    for line in labelled:
        one, other, label = line.split(",")
        near = Distances.of([(float(np.linalg.norm(faces[one] - faces[other])),
                              cosine_distance(faces[one] - mean, faces[other] - mean))])
        assert near.within(0.60, 0.65) == (label == "same"), line

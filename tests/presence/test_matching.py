"""Whose face it is: N-34, and BJ-08 (the face must be the one on file)."""
import itertools

import numpy as np
import pytest

from core.presence.engine import DlibEngine
from core.presence.matching import Match, MatchRules, Zone, compare, compare_more, packed, unpacked
from core.presence.sitting import averaged
from tests.presence.pictures import pixels, portraits
from tests.presence.renderer import Attitude, noisy, render, still

RULES = MatchRules()
BASE = np.zeros(128)


def at(euclid: float, axis: int = 0) -> np.ndarray:
    vector = BASE.copy()
    vector[axis] = euclid
    return vector


@pytest.mark.parametrize(("euclid", "zone"), [
    (0.0, Zone.ACCEPT), (0.37, Zone.ACCEPT), (0.39, Zone.REVIEW), (0.54, Zone.REVIEW), (0.56, Zone.REFUSE),
    (0.60, Zone.REFUSE),
])
def test_without_a_mean_most_goes_to_a_human(euclid: float, zone: Zone) -> None:
    """N-34: until 30 photos are enrolled, everything between 0.38 and 0.55 is looked at; 0.60 is never enough."""
    assert compare([at(euclid)] * 3, BASE, None, RULES) == Match(zone, euclid, None, 3)


@pytest.mark.parametrize(("euclid", "frames", "zone"), [
    (0.44, 1, Zone.ACCEPT), (0.46, 1, Zone.REVIEW), (0.59, 1, Zone.REVIEW), (0.61, 1, Zone.REFUSE),
    (0.375, 3, Zone.ACCEPT), (0.375, 5, Zone.REVIEW), (0.375, 7, Zone.REVIEW), (0.56, 4, Zone.REFUSE),
])
def test_each_number_of_frames_has_its_own_thresholds(euclid: float, frames: int, zone: Zone) -> None:
    """L14: the mean of more frames lies nearer to everybody's photo, so it must lie nearer to be accepted."""
    assert compare([at(euclid)] * frames, BASE, None, MatchRules(frames=1)).zone is zone


@pytest.mark.parametrize(("distances", "frames", "zone"), [
    ((0.1, 0.1, 0.1, 0.9, 0.9), 3, Zone.ACCEPT),
    ((0.5, 0.5, 0.5, 0.1, 0.1), 5, Zone.ACCEPT),
    ((0.5, 0.5, 0.5, 0.5), 4, Zone.REVIEW),
    ((0.9, 0.9, 0.9, 0.9, 0.9), 5, Zone.REFUSE),
    ((0.1, 0.1), 2, Zone.REVIEW),
    ((0.9,), 1, Zone.REFUSE),
])
def test_who_is_in_doubt_is_looked_at_with_more_frames(distances: tuple[float, ...], frames: int, zone: Zone) -> None:
    """N-34: three frames decide for most; otherwise the mean of up to five does; fewer than three never accept."""
    asked: list[int] = []

    def describe(count: int) -> list[np.ndarray]:
        asked.append(count)
        return [at(one) for one in distances[:count]]

    match = compare_more(describe, BASE, None, RULES)
    assert match is not None and (match.frames, match.zone) == (frames, zone)
    assert asked == ([3] if zone is Zone.ACCEPT and frames == 3 or frames < 3 else [3, 5])
    assert compare_more(lambda _count: [], BASE, None, RULES) is None


@pytest.mark.parametrize(("live", "on_file", "zone"), [
    (at(0.40), at(0.40, 0) + at(0.3, 1), Zone.REVIEW),
    (at(0.40), at(0.45), Zone.ACCEPT),
    (at(0.40), at(0.40, 1), Zone.REFUSE),
    (at(0.05), at(0.05, 1), Zone.REFUSE),
])
def test_with_a_mean_both_distances_must_agree(live: np.ndarray, on_file: np.ndarray, zone: Zone) -> None:
    """N-34: E and C together; two vectors near each other but apart as seen from the mean are not the same person."""
    tight = MatchRules(accept_cosine=(0.15,) * 5, review_cosine=(0.30,) * 5)
    assert compare([live] * 3, on_file, BASE, tight).zone is zone


def test_too_few_frames_never_accept() -> None:
    """N-34: the thresholds were measured for three frames."""
    assert compare([BASE], BASE, None, RULES).zone is Zone.REVIEW


def test_a_descriptor_survives_its_packing() -> None:
    """N-34: 512 bytes; anything else is no descriptor."""
    vector = np.random.default_rng(3).normal(size=128)
    assert np.allclose(unpacked(packed(vector)), vector, atol=1e-6) and len(packed(vector)) == 512
    for wrong in (b"", b"x" * 511, packed(vector)[:-4], packed(np.full(128, np.nan))):
        with pytest.raises(ValueError):
            unpacked(wrong)


def test_the_same_person_is_near_and_strangers_are_far() -> None:
    """N-34: frames of one head fall into accept; strangers of the optional portraits are not accepted."""
    engine = DlibEngine()

    def describe(image: np.ndarray) -> np.ndarray:
        return averaged(engine, engine.chip(image, engine.find(image, thorough=True)[0]))

    frames = [describe(noisy(render(Attitude(yaw=yaw)), k)) for k, yaw in enumerate((0.0, 3.0, -3.0))]
    assert compare(frames, describe(still()), None, RULES).zone is Zone.ACCEPT
    people = [describe(pixels(photo)) for photo in portraits("blue")[:8]]
    wrong = [compare([one] * 3, other, None, RULES).zone for one, other in itertools.permutations(people, 2)]
    wrong += [compare(frames, person, None, RULES).zone for person in people]
    assert Zone.ACCEPT not in wrong

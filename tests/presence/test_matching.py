"""Whose face it is: N-34, and BJ-08 (the face must be the one on file)."""
import itertools

import numpy as np
import pytest

from core.presence.engine import DlibEngine
from core.presence.matching import Match, MatchRules, Zone, compare, packed, unpacked
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


@pytest.mark.parametrize(("live", "on_file", "zone"), [
    (at(0.40), at(0.40, 0) + at(0.3, 1), Zone.REVIEW),
    (at(0.40), at(0.45), Zone.ACCEPT),
    (at(0.40), at(0.40, 1), Zone.REFUSE),
    (at(0.05), at(0.05, 1), Zone.REFUSE),
])
def test_with_a_mean_both_distances_must_agree(live: np.ndarray, on_file: np.ndarray, zone: Zone) -> None:
    """N-34: E and C together; two vectors near each other but apart as seen from the mean are not the same person."""
    tight = MatchRules(accept_cosine=0.15, review_cosine=0.30)
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

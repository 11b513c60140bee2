"""For a plugin with test rooms: how sittings stand, and what an invigilator does to them (ZJ-29)."""
from core.exam.invigilation import SittingFacts, extend, release, sittings_since, stop
from core.exam.states import SittingState

__all__ = ["SittingFacts", "SittingState", "extend", "release", "sittings_since", "stop"]

"""The deadline of replacement (GD-01, C-20): who is in time, who is late, who is reminded, how many will miss it."""
from core.deadline.queries import Standpoint, standpoints_of
from core.deadline.rules import Standing

__all__ = ["Standing", "Standpoint", "standpoints_of"]

"""Comparing institutions: how far, how dear, in which order (ZJ-13). Pure."""
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.api.organization import Institution, Mode, Offer, Place

CENTRES: Final[Mapping[str, tuple[float, float]]] = {
    "杭州市": (30.27, 120.16), "宁波市": (29.87, 121.55), "温州市": (28.00, 120.67), "嘉兴市": (30.75, 120.76),
    "湖州市": (30.89, 120.09), "绍兴市": (30.00, 120.58), "金华市": (29.08, 119.65), "衢州市": (28.97, 118.87),
    "舟山市": (29.99, 122.21), "台州市": (28.66, 121.42), "丽水市": (28.47, 119.92),
}
"""Latitude and longitude of the eleven cities' centres: enough to say which test place is nearer, no more."""
EARTH_KM = 6371.0


class Order(StrEnum):
    NEAREST = "nearest"
    FEE = "fee"
    NAME = "name"


ORDER_WORDS: Final[Mapping[Order, Any]] = {Order.NEAREST: _l("测试地点从近到远"), Order.FEE: _l("收费从低到高"),
                                           Order.NAME: _l("机构名称")}


def distance_km(one: str, other: str) -> int | None:
    """Between two cities' centres, rounded to ten; 0 within one city, None for a city that is not known."""
    if one == other:
        return 0
    if one not in CENTRES or other not in CENTRES:
        return None
    (lat_a, lon_a), (lat_b, lon_b) = ([math.radians(part) for part in CENTRES[city]] for city in (one, other))
    arc = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_KM * math.asin(math.sqrt(arc)) / 10) * 10


@dataclass(frozen=True)
class Compared:
    """One institution by the five criteria: the asked post in the asked mode (None where it has none), what the post
    costs in its other modes, its features, and its test places with the nearest first."""

    institution: Institution
    offer: Offer | None
    modes: Mapping[Mode, int]
    places: tuple[tuple[Place, int | None], ...]
    usual_fen: int | None = None

    @property
    def nearest_km(self) -> int | None:
        return self.places[0][1] if self.places else None

    @property
    def above_fen(self) -> int | None:
        """How much more than the usual fee it asks; negative for less, None without an offer."""
        return None if self.offer is None or self.usual_fen is None else self.offer.fee_fen - self.usual_fen

    @property
    def chosen(self) -> bool:
        """Whether an enterprise may choose it for the asked post and mode today."""
        return self.offer is not None and self.institution.enrolls


def places_from(places: Sequence[Place], city: str) -> tuple[tuple[Place, int | None], ...]:
    """The test places with how far they are from a city, the nearest first."""
    measured = [(place, distance_km(city, place.city) if city else None) for place in places]
    return tuple(sorted(measured, key=lambda one: (one[1] is None, one[1] or 0, one[0].name)))


def usual(fees: Sequence[int]) -> int | None:
    """The fee in the middle (收费是否合理); of an even number the lower one of the two, a fee that somebody asks."""
    return sorted(fees)[(len(fees) - 1) // 2] if fees else None


def in_order(rows: Sequence[Compared], order: Order) -> list[Compared]:
    """Who can be chosen comes first; then as asked, then by name."""
    keys: Mapping[Order, Callable[[Compared], Any]] = {
        Order.NEAREST: lambda row: (row.nearest_km is None, row.nearest_km or 0),
        Order.FEE: lambda row: row.offer.fee_fen if row.offer else 0,
        Order.NAME: lambda row: 0,
    }
    return sorted(rows, key=lambda row: (not row.chosen, row.offer is None, keys[order](row), row.institution.name))

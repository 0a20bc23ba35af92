"""Places: which region somebody is in who shares where they are.

Promise: the point itself is used and not kept.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

FILE = "municipalities.csv"
# The farthest point of Belgium from the point of its nearest municipality is some 12 km away.
FARTHEST_KM = 15.0
KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class Municipality:
    nis: str
    name: str
    region: str
    latitude: float
    longitude: float


class Places:
    def __init__(self, municipalities: tuple[Municipality, ...]) -> None:
        self.municipalities = municipalities

    def nearest(self, latitude: float, longitude: float) -> Municipality | None:
        """The nearest municipality; None for a point outside of Belgium."""
        if not (math.isfinite(latitude) and math.isfinite(longitude) and self.municipalities):
            return None
        found = min(self.municipalities, key=lambda one: distance_km(one, latitude, longitude))
        return found if distance_km(found, latitude, longitude) <= FARTHEST_KM else None


def distance_km(one: Municipality, latitude: float, longitude: float) -> float:
    """On a country as small as this the earth is flat."""
    north = (one.latitude - latitude) * KM_A_DEGREE
    east = (one.longitude - longitude) * KM_A_DEGREE * math.cos(math.radians(50.5))
    return math.hypot(north, east)


def open_places(folder: Path) -> Places:
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lat"] and row["lng"]]
    return Places(tuple(municipality(row) for row in rows))


def municipality(row: dict[str, str]) -> Municipality:
    return Municipality(row["nis"], name_of(row), row["region"], float(row["lat"]), float(row["lng"]))


def name_of(row: dict[str, str]) -> str:
    """Both names where both are official."""
    names = dict.fromkeys(name for name in (row["name_nl"], row["name_fr"]) if name)
    return " / ".join(names) if row["region"] == "brussels" else row["name_nl" if row["region"] == "flanders" else "name_fr"]

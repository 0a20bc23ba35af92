"""From a point to a region."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.places import Places, open_places


@pytest.fixture(scope="module")
def places() -> Places:
    return open_places(Path("content"))


@pytest.mark.parametrize(
    ("latitude", "longitude", "region"),
    [
        (50.8467, 4.3525, "brussels"),
        (51.05, 3.72, "flanders"),
        (50.63, 5.57, "wallonia"),
        (50.63, 6.03, "german_community"),
        (48.85, 2.35, None),
        (float("nan"), 4.0, None),
        (1e308, -1e308, None),
    ],
)
def test_a_point_is_in_its_region_or_abroad(places: Places, latitude: float, longitude: float, region: str | None) -> None:
    found = places.nearest(latitude, longitude)
    assert (found.region if found else None) == region

"""A figure of the benchmark: ours, the peer's, and the bar."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`reached` is None where there is no bar."""

    name: str
    ours: str
    peer: str = ""
    bar: str = ""
    reached: bool | None = None


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which `share` (0-1) of the values lie."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: Sequence[float]) -> str:
    median, p95, p99 = statistics.median(seconds), percentile(seconds, 0.95), percentile(seconds, 0.99)
    return f"p50 {median * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"

"""The pages of figures: plots with their tables, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from starlette.responses import Response

from desk.figures import answered, figures_of, summed
from desk.web import Visit

PERIODS = (7, 30, 90, 365)


async def show(visit: Visit) -> Response:
    days = period(visit)
    counts = summed((await visit.desk.figures.by_day(days)).values())
    asked, share = answered(counts)
    shown = {"counts": counts, "asked": asked, "share": share, "days": days, "periods": PERIODS}
    return visit.html("figures.html", figures=figures_of(counts), **shown)


async def as_csv(visit: Visit) -> Response:
    """One line a day and counter: date, name, count."""
    days = await visit.desk.figures.by_day(period(visit))
    rows = ((day.isoformat(), name, count) for day, counts in days.items() for name, count in sorted(counts.items()))
    return table("wegwijs-figures.csv", ("date", "name", "count"), rows)


def table(name: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Response:
    """A CSV file to download."""
    file = io.StringIO()
    csv.writer(file).writerows([head, *([safe(str(cell)) for cell in row] for row in rows)])
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def period(visit: Visit) -> int:
    asked = visit.request.query_params.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in PERIODS else 30


def safe(name: str) -> str:
    """A spreadsheet takes a cell that begins with one of these for a formula."""
    return f"'{name}" if name.startswith(tuple("=+-@\t\r")) else name

"""The pages of figures: plots with their tables, and the same as CSV."""

from __future__ import annotations

import csv
import io

from starlette.responses import Response

from desk.figures import figures_of, summed
from desk.web import Visit

PERIODS = (7, 30, 90, 365)


async def show(visit: Visit) -> Response:
    days = period(visit)
    counts = summed((await visit.desk.figures.by_day(days)).values())
    return visit.html("figures.html", figures=figures_of(counts), counts=counts, days=days, periods=PERIODS)


async def as_csv(visit: Visit) -> Response:
    """One line a day and counter: date, name, count."""
    file = io.StringIO()
    lines = csv.writer(file)
    lines.writerow(("date", "name", "count"))
    for day, counts in (await visit.desk.figures.by_day(period(visit))).items():
        lines.writerows((day.isoformat(), safe(name), count) for name, count in sorted(counts.items()))
    headers = {"Content-Disposition": "attachment; filename=wegwijs-figures.csv"}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def period(visit: Visit) -> int:
    asked = visit.request.query_params.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in PERIODS else 30


def safe(name: str) -> str:
    """A spreadsheet takes a cell that begins with one of these for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name

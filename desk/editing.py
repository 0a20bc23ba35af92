"""The editors' page: questions without an entry, and entries that do not help, by language."""

from __future__ import annotations

import re

import yaml
from starlette.datastructures import FormData
from starlette.responses import Response

from desk.figures import most, summed, weakest
from desk.figures_page import table
from desk.web import Visit, go, text

DAYS = 90
ALL = 10_000
STREAM_ID = re.compile(r"\d{1,20}-\d{1,20}")


async def show(visit: Visit) -> Response:
    counts = summed((await visit.desk.figures.by_day(DAYS)).values())
    shown = {"weak": weakest(counts), "unanswered": most("fallback", counts), "days": DAYS}
    return visit.html("editing.html", drafts=await visit.desk.drafts.all(), **shown)


async def as_csv(visit: Visit) -> Response:
    """Entries by language that did not help; without an entry, the questions of a language that nothing answered."""
    counts = summed((await visit.desk.figures.by_day(DAYS)).values())
    rows: list[tuple[object, ...]] = [
        (one.entry, one.language, one.missed, one.helped, one.cases, 0) for one in weakest(counts, ALL)
    ]
    rows += [("", language, 0, 0, 0, count) for language, count in most("fallback", counts).rows]
    return table("wegwijs-questions.csv", ("entry", "language", "missed", "helped", "cases", "unanswered"), rows)


async def export(visit: Visit) -> Response:
    """The drafts as YAML, in the shape of questions that content/ knows."""
    drafts = [
        {
            "question": draft.question,
            "answer": draft.answer,
            "language": draft.language,
            "asked_in": draft.asked_in,
            "near": draft.entry,
        }
        for draft in await visit.desk.drafts.all()
    ]
    headers = {"Content-Disposition": "attachment; filename=wegwijs-drafts.yml"}
    return Response(yaml.safe_dump(drafts, allow_unicode=True, sort_keys=False), media_type="text/yaml", headers=headers)


async def remove(visit: Visit, fields: FormData) -> Response:
    if STREAM_ID.fullmatch(draft := text(fields, "draft", 50)):
        await visit.desk.drafts.remove(draft)
        await visit.note("removed_draft", draft)
    return go("/editing", "draft_removed")

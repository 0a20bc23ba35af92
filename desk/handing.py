"""Handing a case to a colleague, and its tags and urgency.

Promise: a case handed over has a holder at every moment, and the note is there before the colleague looks.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from desk.case_page import LONGEST_REPLY, once
from desk.web import Visit, go, text

TAGS_AT_MOST = 8
LONGEST_TAG = 30


async def hand(visit: Visit, fields: FormData) -> Response:
    case_id, cases = visit.request.path_params["case_id"], visit.desk.cases
    colleague = await visit.desk.accounts.find(text(fields, "colleague", 32))
    if colleague is None or not colleague.may("caseworker") or colleague.name == visit.account.name:
        return go(f"/cases/{case_id}", "no_colleague")
    case = await cases.get(case_id)
    if case.caseworker != visit.account.name:
        return go(f"/cases/{case_id}", "not_yours")
    if words := text(fields, "words", LONGEST_REPLY):
        await cases.add(case_id, "note", words, caseworker=visit.account.name, key=once(fields))
    if not await cases.hand(case_id, visit.account.name, colleague.name, colleague.shown_name):
        return go(f"/cases/{case_id}", "not_yours")
    await visit.note("handed", case_id)
    return go("/", "handed")


async def mark(visit: Visit, fields: FormData) -> Response:
    """Tags and urgency; anybody may set them, also before claiming."""
    case_id = visit.request.path_params["case_id"]
    await visit.desk.cases.get(case_id)
    await visit.desk.cases.set_tags(case_id, tags(text(fields, "tags", 400)))
    await visit.desk.cases.set_urgent(case_id, bool(fields.get("urgent")))
    await visit.note("marked", case_id)
    return go(f"/cases/{case_id}", "marked")


def tags(given: str) -> tuple[str, ...]:
    """`night, children` as tags, each once."""
    named = (" ".join(tag.split())[:LONGEST_TAG] for tag in given.split(","))
    return tuple(dict.fromkeys(tag for tag in named if tag))[:TAGS_AT_MOST]

"""Handing a case to a colleague or a team, and its tags and urgency.

Promise: a case handed to a colleague has a holder at every moment, one for a team waits for whoever of it is first; the note
is there before they look.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from desk.case_page import LONGEST_REPLY, once
from desk.web import Visit, go, text

TAGS_AT_MOST = 8
LONGEST_TAG = 30
# Before the name of a team in the list of colleagues; no sign-in name has a colon.
TEAM = "team:"


async def hand(visit: Visit, fields: FormData) -> Response:
    case_id, cases = visit.request.path_params["case_id"], visit.desk.cases
    if (chosen := text(fields, "colleague", 60)).startswith(TEAM):
        return await hand_to_team(visit, fields, chosen.removeprefix(TEAM))
    colleague = await visit.desk.accounts.find(chosen)
    if colleague is None or not colleague.may("caseworker") or colleague.name == visit.account.name:
        return go(f"/cases/{case_id}", "no_colleague")
    case = await cases.get(case_id)
    if case.caseworker != visit.account.name:
        return go(f"/cases/{case_id}", "not_yours")
    await leave_note(visit, fields)
    if not await cases.hand(case_id, visit.account.name, colleague.name, colleague.shown_name):
        return go(f"/cases/{case_id}", "not_yours")
    await visit.note("handed", case_id)
    return go("/", "handed")


async def hand_to_team(visit: Visit, fields: FormData, team: str) -> Response:
    """The case waits again, offered to all of the team."""
    case_id, cases = visit.request.path_params["case_id"], visit.desk.cases
    if team not in await visit.desk.colleagues.teams():
        return go(f"/cases/{case_id}", "no_colleague")
    if (await cases.get(case_id)).caseworker != visit.account.name:
        return go(f"/cases/{case_id}", "not_yours")
    await leave_note(visit, fields)
    if not await cases.release(case_id, visit.account.name, team):
        return go(f"/cases/{case_id}", "not_yours")
    await visit.note("handed", case_id)
    return go("/", "handed_to_team")


async def leave_note(visit: Visit, fields: FormData) -> None:
    if words := text(fields, "words", LONGEST_REPLY):
        case_id = visit.request.path_params["case_id"]
        await visit.desk.cases.add(case_id, "note", words, caseworker=visit.account.name, key=once(fields))


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

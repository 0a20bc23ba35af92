"""The page of one case: its thread, what the bot understood, and the verbs of whoever holds it.

Promise: nobody can write to a person without holding the case, and a form sent twice is done once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone

from starlette.datastructures import FormData
from starlette.responses import Response

from desk.cases import Case, Message, NotHeld
from desk.web import Visit, go, problem, text

LONGEST_REPLY = 3500
LONGEST_OUTCOME = 200
LONGEST_DRAFT = 1000


@dataclass(frozen=True)
class View:
    """A case as this caseworker sees it. mode: waiting, mine, other or closed; `due`: when an answer was promised."""

    case: Case
    mode: str
    thread: list[Message]
    after: str
    due: datetime | None

    @property
    def lock(self) -> str:
        """What the composer looks like hangs on this."""
        return f"{self.mode} {self.case.language}"

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < datetime.now(timezone.utc)


async def show(visit: Visit) -> Response:
    view = await view_of(visit)
    earlier = [case for case in await visit.desk.cases.cases_of(view.case.person) if case.id != view.case.id]
    await visit.note("saw", view.case.id)
    others = await visit.desk.colleagues.others(visit.account.name, view.case.language)
    shown = {"others": others, "teams": await visit.desk.colleagues.teams(), "longest": LONGEST_REPLY}
    return visit.html("case.html", view=view, case=view.case, earlier=earlier, **shown)


async def live(visit: Visit) -> Response:
    """What is new since the browser looked: lines, state, what is known, and the composer when its lock changed."""
    view = await view_of(visit, visit.request.query_params.get("after", ""))
    changed = visit.request.query_params.get("mode") != view.lock
    others = await visit.desk.colleagues.others(visit.account.name, view.case.language) if changed else []
    teams = await visit.desk.colleagues.teams() if changed else []
    shown = {"composer_changed": changed, "others": others, "teams": teams, "longest": LONGEST_REPLY}
    return visit.html("case_live.html", view=view, case=view.case, **shown)


async def view_of(visit: Visit, after: str = "") -> View:
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    thread = await visit.desk.cases.thread(case.id)
    last = thread[-1].id if thread else ""
    due = visit.desk.promise.due(case) if case.waiting else None
    return View(case, mode_of(case, visit.account.name), [line for line in thread if later(line.id, after)], last, due)


def mode_of(case: Case, caseworker: str) -> str:
    if case.held:
        return "mine" if case.caseworker == caseworker else "other"
    return case.state


def later(line_id: str, after: str) -> bool:
    """Stream ids compare by time, then by number."""
    return place(line_id) > place(after)


def place(line_id: str) -> tuple[int, int]:
    time, _, number = line_id.partition("-")
    return (int(time) if time.isdecimal() else 0, int(number) if number.isdecimal() else 0)


# --- verbs


async def claim(visit: Visit, fields: FormData) -> Response:
    case_id, account = visit.request.path_params["case_id"], visit.account
    if account.limit and await holding(visit) >= account.limit:
        return go(f"/cases/{case_id}", "limit_reached")
    won = await visit.desk.cases.claim(case_id, account.name, account.shown_name)
    if won:
        await visit.note("claimed", case_id)
    return go(f"/cases/{case_id}", "claimed" if won else "claimed_by_other")


async def holding(visit: Visit) -> int:
    return sum(case.caseworker == visit.account.name for case in await visit.desk.cases.held())


async def reply(visit: Visit, fields: FormData) -> Response:
    """htmx gets no page back but a trigger: the new line comes the way every line comes."""
    case_id, words = visit.request.path_params["case_id"], text(fields, "words", LONGEST_REPLY)
    if words:
        await visit.desk.cases.reply(case_id, visit.account.name, words, key=once(fields))
        await visit.note("replied", case_id)
    return sent(visit, case_id)


async def note(visit: Visit, fields: FormData) -> Response:
    """For colleagues only; also without holding the case."""
    case_id, words = visit.request.path_params["case_id"], text(fields, "words", LONGEST_REPLY)
    if words:
        await visit.desk.cases.add(case_id, "note", words, caseworker=visit.account.name, key=once(fields))
        await visit.note("noted", case_id)
    return sent(visit, case_id)


async def renew(visit: Visit, fields: FormData) -> Response:
    case_id = visit.request.path_params["case_id"]
    held = await visit.desk.cases.renew(case_id, visit.account.name)
    if held:
        await visit.desk.changes.typing(case_id, visit.account.shown_name)
    return Response(status_code=204 if held else 409)


async def release(visit: Visit, fields: FormData) -> Response:
    case_id = visit.request.path_params["case_id"]
    if not await visit.desk.cases.release(case_id, visit.account.name):
        return go(f"/cases/{case_id}", "not_yours")
    await visit.note("released", case_id)
    return go("/", "released")


async def close(visit: Visit, fields: FormData) -> Response:
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    if not await visit.desk.cases.close(case.id, visit.account.name, text(fields, "outcome", LONGEST_OUTCOME)):
        return go(f"/cases/{case.id}", "not_yours")
    await visit.note("closed", case.id)
    if question := text(fields, "question", LONGEST_DRAFT):
        answer, writer = text(fields, "answer", LONGEST_DRAFT), visit.account
        about = (writer.language, case.entry or "", writer.shown_name, case.language)
        await visit.desk.drafts.add(question, answer, *about)
    return go("/", "closed")


async def refuse_not_held(visit: Visit, words: str) -> Response:
    """The lease ran out or a colleague has the case: nothing was sent, the words are shown again."""
    return problem(visit.desk.pages, visit.speech, "not_held", 409, visit=visit, words=words)


async def reply_or_refuse(visit: Visit, fields: FormData) -> Response:
    try:
        return await reply(visit, fields)
    except NotHeld:
        return await refuse_not_held(visit, text(fields, "words", LONGEST_REPLY))


def sent(visit: Visit, case_id: str) -> Response:
    if not visit.live:
        return go(f"/cases/{case_id}")
    return Response(status_code=204, headers={"HX-Trigger": json.dumps({"desk:sent": {"once": visit.once}})})


def once(fields: FormData) -> str:
    """The form's own id; the same form twice is one line."""
    return f"form-{text(fields, 'once', 40)}" if text(fields, "once") else ""

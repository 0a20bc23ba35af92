"""Queue: the cases that wait, that are mine, that colleagues hold, that are closed.

Promise: urgent ones first, then the longest waiting; the page keeps itself right without being loaded again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from starlette.responses import Response

from content.model import LANGUAGES, REGIONS, TOPICS
from desk.accounts import Account
from desk.cases import Case
from desk.clock import Wait
from desk.routing import fits, offered, on_duty
from desk.web import Desk, Visit, go

SHOWN = 60


@dataclass(frozen=True)
class Filters:
    """What the caseworker wants to see; empty means all. `words` are looked for in alias, tags and entry."""

    topic: str = ""
    language: str = ""
    region: str = ""
    words: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        return cls(
            topic=given.get("topic", "") if given.get("topic") in TOPICS else "",
            language=given.get("language", "") if given.get("language") in LANGUAGES else "",
            region=given.get("region", "") if given.get("region") in REGIONS else "",
            words=given.get("words", "")[:80].strip(),
        )

    @property
    def some(self) -> bool:
        return self != Filters()

    def fits(self, case: Case, title: Callable[[str], str]) -> bool:
        topic = (case.entry or "").partition("/")[0]
        if (self.topic and topic != self.topic) or (self.region and case.region != self.region):
            return False
        if self.language and case.language != self.language:
            return False
        said = " ".join([case.alias, title(case.entry) if case.entry else "", *case.tags]).casefold()
        return self.words.casefold() in said


@dataclass(frozen=True)
class Board:
    """The queue as one caseworker sees it."""

    waiting: list[Case]
    offers: frozenset[str]
    mine: list[Case]
    others: list[Case]
    counts: Mapping[str, int]
    urgent: int
    here: list[str]

    @property
    def heard(self) -> int:
        """When a person last wrote in a case of mine and has no reply yet, in milliseconds; 0 for never."""
        unread = (case.last_at for case in self.mine if case.last_author == "person" and case.last_at)
        return max((int(at.timestamp() * 1000) for at in unread), default=0)


async def home(visit: Visit) -> Response:
    """The queue for caseworkers; the first page of their own for others."""
    return await show(visit) if visit.account.may("caseworker") else go(visit.navigation[0][0])


async def show(visit: Visit) -> Response:
    """The whole page, or for htmx the changing part of it; only the counts for pages that do not show the queue."""
    filters = Filters.of(visit.request.query_params)
    board = await board_of(visit.desk, visit.account, filters, visit.speech.title)
    if visit.live and "counts" in visit.request.query_params:
        return visit.html("queue_counts.html", board=board)
    name = "queue_board.html" if visit.live else "queue.html"
    most, now = shown(visit), datetime.now(timezone.utc)
    waits: dict[str, Wait] = {case.id: visit.desk.promise.wait(case, now) for case in board.waiting[:most]}
    choices = {"topics": TOPICS, "languages": LANGUAGES, "regions": REGIONS}
    return visit.html(name, board=board, filters=filters, shown=most, waits=waits, **choices)


async def show_closed(visit: Visit) -> Response:
    filters = Filters.of(visit.request.query_params)
    closed = [case for case in await visit.desk.cases.closed(limit=0) if filters.fits(case, visit.speech.title)]
    choices = {"topics": TOPICS, "languages": LANGUAGES, "regions": REGIONS}
    return visit.html("closed.html", closed=closed, shown=shown(visit), filters=filters, **choices)


async def board_of(desk: Desk, account: Account, filters: Filters, title: Callable[[str], str]) -> Board:
    waiting, held = await desk.cases.queue(), await desk.cases.held()
    mine = [case for case in held if case.caseworker == account.name]
    others = [case for case in held if case.caseworker != account.name]
    now = datetime.now(timezone.utc)
    everybody = await desk.colleagues.caseworkers()
    able = on_duty(everybody, now, desk.settings.timezone)
    offers = frozenset(case.id for case in waiting if offered(case, account, able, now))
    return Board(
        waiting=in_order(account, [case for case in waiting if filters.fits(case, title)], offers),
        offers=offers,
        mine=sorted(mine, key=lambda case: case.opened_at),
        others=[case for case in others if filters.fits(case, title)],
        counts={"waiting": len(waiting), "mine": len(mine), "others": len(others)},
        urgent=sum(case.urgent for case in waiting),
        here=[one.account.shown_name for one in everybody if one.present and one.account.name != account.name],
    )


def in_order(account: Account, waiting: list[Case], offers: frozenset[str]) -> list[Case]:
    """Urgent before all; then what is offered to this caseworker, then what fits; the sort keeps the longest waiting first."""
    return sorted(waiting, key=lambda case: (not case.urgent, case.id not in offers, not fits(account, case)))


def shown(visit: Visit) -> int:
    """How many cases are listed; the link under the list asks for more."""
    asked = visit.request.query_params.get("shown", "")
    return min(int(asked), 2000) if asked.isdecimal() else SHOWN

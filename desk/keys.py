"""The desk's names in Redis, in one place.

Promise: everything that one script changes lies under one hash tag, so a cluster runs it on one node. Cases move at the
pace of people, so one node bears them all; the heavy part, media, is spread by its own tag.
"""

from __future__ import annotations

PREFIX = "ww:{bot}:"
EVENTS = f"{PREFIX}events"
EVENTS_ASIDE = f"{PREFIX}events:aside"
NEWS = f"{PREFIX}news"
NEWS_TURN = f"{PREFIX}news:turn"
EVENTS_GROUP = "bot"
WAITING = f"{PREFIX}waiting"
HELD = f"{PREFIX}held"
CLOSED = f"{PREFIX}closed"
CHANGES = "ww:desk:changes"


def case_key(case_id: str) -> str:
    return f"{PREFIX}case:{case_id}"


def thread_key(case_id: str) -> str:
    return f"{PREFIX}thread:{case_id}"


def open_key(person: str) -> str:
    """The id of the person's open case."""
    return f"{PREFIX}open:{person}"


def lines_key(case_id: str) -> str:
    """Which line of the thread came from which update."""
    return f"{PREFIX}keys:{case_id}"


def cases_of_key(person: str) -> str:
    """The ids of all kept cases of the person."""
    return f"{PREFIX}cases:{person}"


def media_of_key(person: str) -> str:
    return f"{PREFIX}media:{person}"


def media_key(media_id: str) -> str:
    return f"ww:{{media:{media_id}}}"


def figures_key(day: int) -> str:
    """Counters of one day, numbered from 1970-01-01."""
    return f"{PREFIX}figures:{day}"

"""Live: the line of server-sent events to each open page.

Promise: it carries case ids only, ends with the session, and never keeps a session alive by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from redis.exceptions import RedisError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from desk.changes import AWAY, EVERYTHING, TYPING
from desk.sessions import COOKIE
from desk.web import Visit, desk_of

CHECK_SECONDS = 15.0


async def changes(visit: Visit) -> Response:
    return EventSourceResponse(lines(visit.request, visit.account.name), ping=20, headers={"X-Accel-Buffering": "no"})


async def lines(request: Request, name: str) -> AsyncIterator[ServerSentEvent]:
    """`change` with a case id or *, `away` when Redis is gone, `signed-out` when the session has ended."""
    with desk_of(request).changes.follow() as queue:
        yield ServerSentEvent(EVERYTHING, event="change", retry=2000)
        checked = 0.0
        while True:
            if monotonic() - checked > CHECK_SECONDS:
                checked = monotonic()
                if not await still_here(request, name):
                    yield ServerSentEvent("-", event="signed-out")
                    return
            if change := await next_of(queue):
                yield event(change)


def event(change: str) -> ServerSentEvent:
    if change == AWAY:
        return ServerSentEvent("-", event="away")
    if change.startswith(TYPING):
        return ServerSentEvent(change.removeprefix(TYPING), event="typing")
    return ServerSentEvent(change, event="change")


async def next_of(queue: asyncio.Queue[str]) -> str:
    """The next change; empty when none came for a while."""
    try:
        return await asyncio.wait_for(queue.get(), CHECK_SECONDS)
    except asyncio.TimeoutError:
        return ""


async def still_here(request: Request, name: str) -> bool:
    """False when the session has ended; otherwise colleagues see that this caseworker is here."""
    desk = desk_of(request)
    try:
        if await desk.sessions.find(request.cookies.get(COOKIE), at_work=False) is None:
            return False
        await desk.colleagues.seen(name)
    except (RedisError, OSError):
        pass
    return True

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

from desk.changes import AWAY, EVERYTHING
from desk.sessions import COOKIE
from desk.web import Visit, desk_of

CHECK_SECONDS = 15.0


async def changes(visit: Visit) -> Response:
    return EventSourceResponse(lines(visit.request), ping=20, headers={"X-Accel-Buffering": "no"})


async def lines(request: Request) -> AsyncIterator[ServerSentEvent]:
    """`change` with a case id or *, `away` when Redis is gone, `signed-out` when the session has ended."""
    with desk_of(request).changes.follow() as queue:
        yield ServerSentEvent(EVERYTHING, event="change", retry=2000)
        checked = monotonic()
        while True:
            change = await next_of(queue)
            if monotonic() - checked > CHECK_SECONDS:
                checked = monotonic()
                if await signed_out(request):
                    yield ServerSentEvent("-", event="signed-out")
                    return
            if change:
                yield ServerSentEvent("-", event="away") if change == AWAY else ServerSentEvent(change, event="change")


async def next_of(queue: asyncio.Queue[str]) -> str:
    """The next change; empty when none came for a while."""
    try:
        return await asyncio.wait_for(queue.get(), CHECK_SECONDS)
    except asyncio.TimeoutError:
        return ""


async def signed_out(request: Request) -> bool:
    try:
        return await desk_of(request).sessions.find(request.cookies.get(COOKIE), at_work=False) is None
    except (RedisError, OSError):
        return False

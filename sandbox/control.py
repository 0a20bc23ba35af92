"""The person side over HTTP, and what a test wants to know or to break. JSON under /sandbox/."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox import people
from sandbox.faults import Fault
from sandbox.requests import Handler, amount, body_of, endpoint, words
from sandbox.telegram import END, Telegram

HEARTBEAT_SECONDS = 15.0


async def repeat_update(telegram: Telegram, request: Request) -> object:
    telegram.updates.repeat(request.path_params["update"])
    return {"update_id": request.path_params["update"]}


async def forge_update(telegram: Telegram, request: Request) -> object:
    return {"update_id": telegram.updates.forge(await body_of(request))}


async def add_fault(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    chat_id = body.get("chat_id")
    telegram.faults.add(
        Fault(
            kind=words(body, "kind"),
            method=str(body.get("method") or "*"),
            times=int(amount(body.get("times", 1), "times")),
            retry_after=int(amount(body.get("retry_after", 1), "retry_after")),
            seconds=amount(body.get("seconds", 30), "seconds"),
            chat_id=chat_id if isinstance(chat_id, int) else None,
        )
    )
    return {}


async def clear_faults(telegram: Telegram, request: Request) -> object:
    telegram.faults.clear()
    return {}


async def set_down(telegram: Telegram, request: Request) -> object:
    telegram.faults.down = (await body_of(request)).get("down") is True
    return {"down": telegram.faults.down}


async def set_limits(telegram: Telegram, request: Request) -> object:
    """Telegram's pace, enforced or not, and how long a pressed button may stay unanswered."""
    body = await body_of(request)
    pace = telegram.pace
    pace.set(
        enforced=bool(body.get("enforced", pace.enforced)),
        per_second=amount(body.get("per_second", pace.per_second), "per_second"),
        per_chat_per_second=amount(body.get("per_chat_per_second", pace.per_chat_per_second), "per_chat_per_second"),
        burst=int(amount(body.get("burst", pace.burst), "burst")),
    )
    telegram.callback_seconds = amount(body.get("callback_seconds", telegram.callback_seconds), "callback_seconds")
    return {}


async def show_counters(telegram: Telegram, request: Request) -> object:
    return {
        "calls": telegram.calls,
        "failures": telegram.failures,
        "undelivered_updates": len(telegram.updates),
        "unanswered_callbacks": len(telegram.pressed),
        "people": len(telegram.people),
        "watchers": len(telegram.watchers),
    }


async def show_calls(telegram: Telegram, request: Request) -> object:
    method = request.query_params.get("method")
    return {"calls": [call for call in telegram.recent_calls if method in (None, call["method"])]}


async def follow(request: Request) -> Response:
    """Server-sent events: what changed, in which chat; the page then reads it."""
    telegram = cast(Telegram, request.app.state.telegram)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(changes(telegram), media_type="text/event-stream", headers=headers)


async def changes(telegram: Telegram) -> AsyncIterator[str]:
    queue = telegram.watchers.open()
    try:
        yield ": hello\n\n"
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except asyncio.TimeoutError:
                yield ": still here\n\n"
                continue
            if change["kind"] == END:
                return
            yield f"data: {json.dumps(change, ensure_ascii=False)}\n\n"
    finally:
        telegram.watchers.close(queue)


def route(method: str, path: str, handler: Handler) -> Route:
    return Route(f"/sandbox{path}", endpoint(handler), methods=[method])


ROUTES = [
    route("POST", "/people", people.add_person),
    route("GET", "/people", people.list_people),
    route("GET", "/people/{person:int}", people.show_person),
    route("GET", "/people/{person:int}/messages", people.read_messages),
    route("GET", "/chats/{chat}/messages/{message:int}", people.read_message),
    route("POST", "/people/{person:int}/text", people.say),
    route("POST", "/people/{person:int}/edit", people.edit),
    route("POST", "/people/{person:int}/press", people.press),
    route("POST", "/people/{person:int}/send", people.send),
    route("POST", "/people/{person:int}/block", people.block),
    route("POST", "/people/{person:int}/repeat", people.repeat_last),
    route("POST", "/groups", people.add_group),
    route("POST", "/updates", forge_update),
    route("POST", "/updates/{update:int}/repeat", repeat_update),
    route("POST", "/faults", add_fault),
    route("DELETE", "/faults", clear_faults),
    route("POST", "/down", set_down),
    route("POST", "/limits", set_limits),
    route("GET", "/counters", show_counters),
    route("GET", "/calls", show_calls),
    Route("/sandbox/events", follow),
]

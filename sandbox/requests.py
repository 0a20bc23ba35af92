"""Reading requests of the control API and answering them; what makes no sense is refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from sandbox.bot_api import answer
from sandbox.errors import ControlError
from sandbox.telegram import Telegram

Json = dict[str, object]

Handler = Callable[[Telegram, Request], Awaitable[object]]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers JSON, and a ControlError as `{"error": ...}`."""

    async def respond(request: Request) -> Response:
        telegram = cast(Telegram, request.app.state.telegram)
        try:
            return answer(cast(Json, await handler(telegram, request)))
        except ControlError as error:
            return answer({"error": str(error)}, error.status)

    return respond


async def body_of(request: Request) -> Json:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise ControlError(f"{request.url.path}: the body is not JSON") from error
    if not isinstance(body, dict):
        raise ControlError(f"{request.url.path}: the body must be a JSON object")
    return body


def words(body: Json, name: str) -> str:
    given = body.get(name)
    if not isinstance(given, str) or not given.strip():
        raise ControlError(f"{name}: missing or empty, give a text")
    return given


def number(body: Json, name: str) -> int:
    given = body.get(name)
    if not isinstance(given, int):
        raise ControlError(f"{name}: missing, give a whole number")
    return given


def amount(given: object, name: str) -> float:
    try:
        return float(str(given))
    except ValueError as error:
        raise ControlError(f"{name}: {given!r} is not a number") from error

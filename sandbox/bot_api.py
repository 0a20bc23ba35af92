"""The Bot API over HTTP: `/bot<token>/<method>` and the files, faults and limits of pace included."""

from __future__ import annotations

import asyncio
import json
import math
import time
from typing import cast
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.calls import Call, Upload
from sandbox.errors import TelegramError, bad_request, too_many_requests
from sandbox.faults import Fault
from sandbox.methods import METHODS, PACED_METHODS, method_name
from sandbox.telegram import Telegram

Json = dict[str, object]


class DroppedConnection(Response):
    """Promises a body, sends none of it: the server closes the connection and the client sees it break."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


def answer(body: Json, status: int = 200) -> Response:
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(written, status, media_type="application/json")


async def bot_api(request: Request) -> Response:
    telegram = cast(Telegram, request.app.state.telegram)
    if telegram.faults.down:
        return DroppedConnection()
    try:
        if request.path_params["token"] != telegram.token:
            raise TelegramError(401, "Unauthorized")
        call = await read_call(request)
        return await run(telegram, call)
    except TelegramError as error:
        telegram.failures[f"{request.path_params['method']} {error.code}"] += 1
        return answer(error.as_json(), error.code)


async def run(telegram: Telegram, call: Call) -> Response:
    """Do what the call asks, unless a fault or the pace is in the way."""
    chat_id = call.text("chat_id")
    telegram.calls[call.method] += 1
    telegram.recent_calls.append({"method": call.method, "chat_id": chat_id, "at": time.time()})
    fault = telegram.faults.take(call.method, chat_id)
    if fault and fault.kind != "lost_answer":
        return await failed(fault)
    if call.method in PACED_METHODS and (wait := telegram.pace.seconds_to_wait(chat_id)):
        raise too_many_requests(math.ceil(wait))
    result = await METHODS[call.method](telegram, call)
    return DroppedConnection() if fault else answer({"ok": True, "result": result})


async def failed(fault: Fault) -> Response:
    if fault.kind == "too_many_requests":
        raise too_many_requests(fault.retry_after)
    if fault.kind == "server_error":
        raise TelegramError(500, "Internal Server Error")
    if fault.kind == "timeout":
        await asyncio.sleep(fault.seconds)
    return DroppedConnection()


async def read_call(request: Request) -> Call:
    method = method_name(request.path_params["method"])
    parameters: Json = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        parameters |= json_body(await request.body())
    elif content_type.startswith("multipart/form-data"):
        await read_multipart(request, parameters, uploads)
    else:
        parameters |= parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return Call(method, parameters, uploads)


def json_body(body: bytes) -> Json:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object in the request body") from error
    if not isinstance(parsed, dict):
        raise bad_request("object expected in the request body")
    return parsed


async def read_multipart(request: Request, parameters: Json, uploads: dict[str, Upload]) -> None:
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content_type = value.content_type or "application/octet-stream"
                uploads[name] = Upload(value.filename or name, content_type, await value.read())
            else:
                parameters[name] = value


async def download(request: Request) -> Response:
    telegram = cast(Telegram, request.app.state.telegram)
    if telegram.faults.down:
        return DroppedConnection()
    stored = telegram.files.at_path(request.path_params["path"])
    if request.path_params["token"] != telegram.token or stored is None:
        return answer(TelegramError(404, "Not Found").as_json(), 404)
    # The page's own origin serves it: whatever was sent must not run as a page.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(stored.content, headers=headers, media_type=stored.mime_type)

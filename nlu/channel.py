"""WegwijsInput: the one door to Rasa. POST /webhooks/wegwijs/webhook {"sender", "message", "metadata"} -> [reply, ...]

Promise: a turn ends with the action's replies or with a 5xx and the id of the failure, never with an empty list; the words
of the message are in no log.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse, raw

import meters
from nlu.normalise import MAX_CHARACTERS
from nlu.quiet import hide, kinds_and_lines

logger = logging.getLogger(__name__)
Handle = Callable[[UserMessage], Awaitable[Any]]


class BadRequest(ValueError):
    """The body is not {"sender", "message", "metadata"}."""


class Replies(CollectingOutputChannel):  # type: ignore[misc]
    """Collects the custom payloads of actions as they are; anything else an action says is no reply of ours."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if payload := message.get("custom"):
            self.messages.append(payload)


class WegwijsInput(InputChannel):  # type: ignore[misc]
    @classmethod
    def name(cls) -> str:
        return "wegwijs"

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        door = Blueprint("wegwijs_webhook", __name__)

        @door.route("/", methods=["GET"])  # type: ignore[untyped-decorator]
        async def health(request: Request) -> HTTPResponse:
            ready = is_ready(request)
            return response.json({"status": "ok" if ready else "loading"}, status=200 if ready else 503)

        @door.route("/webhook", methods=["POST"])  # type: ignore[untyped-decorator]
        async def receive(request: Request) -> HTTPResponse:
            try:
                message = message_in(request)
            except BadRequest as error:
                return response.json({"error": "bad_request", "what": str(error)}, status=400)
            return await reply_to(message, on_new_message)

        return door


def health_pages(app: Sanic) -> None:
    """The same three pages as health.py's; a Rasa is ready when its model is loaded. It knows no Redis."""

    async def healthz(request: Request) -> HTTPResponse:
        return response.text("ok\n")

    async def readyz(request: Request) -> HTTPResponse:
        return response.text("ok\n") if is_ready(request) else response.text("loading\n", status=503)

    async def metrics(request: Request) -> HTTPResponse:
        return raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    for page in (healthz, readyz, metrics):
        app.add_route(page, f"/{page.__name__}")


def is_ready(request: Request) -> bool:
    agent = getattr(request.app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())


def message_in(request: Request) -> UserMessage:
    """The message of a request. A leading slash would be read by Rasa as an intent, which no person means; halves
    of surrogate pairs, which are no Unicode, are left out."""
    try:
        told = request.json
    except Exception as error:  # sanic raises its own kinds for broken JSON and broken encodings
        raise BadRequest("the body is not JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("message"), str) or not told.get("sender"):
        raise BadRequest("the body must hold `sender` and `message`")
    metadata = told.get("metadata")
    hide(told["message"])
    text = told["message"][:MAX_CHARACTERS].encode("utf-8", "ignore").decode().lstrip("/ \t\n")
    metadata = metadata if isinstance(metadata, dict) else {}
    return UserMessage(text, Replies(), str(told["sender"]), input_channel=WegwijsInput.name(), metadata=metadata)


async def reply_to(message: UserMessage, handle: Handle) -> HTTPResponse:
    """Run the turn; whatever goes wrong becomes a 5xx that the bot can act on."""
    with meters.timed(meters.UNDERSTOOD) as result:
        try:
            await handle(message)
        except Exception as error:  # the edge: the bot must hear of every failure, the log must not quote it
            return failed("failed", kinds_and_lines(error))
        if not message.output_channel.messages:
            return failed("no_reply", "the action gave no reply")
        result[0] = "answered"
    return response.json(message.output_channel.messages)


def failed(kind: str, why: str) -> HTTPResponse:
    incident = token_hex(4)
    logger.error("turn %s: %s: %s", incident, kind, why)
    return response.json({"error": kind, "id": incident}, status=503)

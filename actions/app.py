"""The action server: Rasa's webhook protocol on Starlette, with collaborators passed in.

Promise: a failing action is an HTTP 500 with no words of a person in the log; Rasa then tells the bot that it failed.
"""

from __future__ import annotations

import json
import logging

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import meters
from actions.answer import ActionAnswer, ActionClarify, ActionDidNotHelp, ActionFallback
from actions.dialogue import ActionChangeLanguage, ActionDelete, ActionDialogue, ActionMenu, ActionPrivacy
from actions.handoff import ActionCrisis, ActionHandoff
from content.compose import Composer
from desk.cases import Cases
from health import health_routes

logger = logging.getLogger(__name__)


def create_app(composer: Composer, cases: Cases) -> Starlette:
    """POST /webhook runs one action; GET /health names them; and the pages of health.py."""
    executor = ActionExecutor()
    for alone in (
        ActionAnswer, ActionClarify, ActionDialogue, ActionMenu, ActionChangeLanguage, ActionPrivacy, ActionDelete,
        ActionFallback, ActionDidNotHelp, ActionHandoff,
    ):  # fmt: skip
        executor.register_action(alone(composer))
    executor.register_action(ActionCrisis(composer, cases))

    async def webhook(request: Request) -> JSONResponse:
        try:
            call = json.loads(await request.body())
            name = str(call.get("next_action"))
        except (ValueError, AttributeError):
            return JSONResponse({"error": "the body is not an action call"}, status_code=400)
        try:
            with meters.timed(meters.ACTIONS, meters.known(name, executor.actions)) as result:
                answer = await executor.run(call)
                result[0] = "replied"
            return JSONResponse(answer)
        except ActionNotFoundException:
            return JSONResponse({"error": "no such action", "action_name": name}, status_code=404)
        except ActionExecutionRejection:
            return JSONResponse({"error": "rejected", "action_name": name}, status_code=400)
        except Exception as error:  # the edge: whatever fails, Rasa must hear of it and the log must not hold words
            logger.error("action failed", extra={"action": name, "error": type(error).__name__})
            return JSONResponse({"error": type(error).__name__, "action_name": name}, status_code=500)

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "actions": sorted(executor.actions)})

    own = [Route("/webhook", webhook, methods=["POST"]), Route("/health", health)]
    return Starlette(routes=[*own, *health_routes(cases.redis)])

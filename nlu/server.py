"""The Rasa server on loopback: one door, one model, no memory of anybody, no telemetry.

Promise: ready when GET /webhooks/wegwijs/ answers 200; a missing model is one line, not a server without one.
"""

from __future__ import annotations

import os

from nlu.light import lighten

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
lighten()

# ruff: noqa: E402 - the lines above must come before Rasa is imported

from asyncio import AbstractEventLoop
from functools import partial
from pathlib import Path

from rasa.core.run import configure_app
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from nlu.channel import WegwijsInput, health_pages
from nlu.quiet import hush
from nlu.reader import MODEL_FILE, check_model
from nlu.turn import OneTurnAgent
from settings import Settings

ENDPOINTS = Path("endpoints.yml")


def serve(settings: Settings, host: str) -> None:
    """Run until stopped. Raises NoModel when there is nothing to serve."""
    model = settings.models_dir / MODEL_FILE
    check_model(model)
    hush(settings.log_level, settings.log_format)
    app = configure_app([WegwijsInput()], enable_api=False, port=settings.rasa_port)
    health_pages(app)
    app.register_listener(partial(load, model, action_endpoint(settings)), "before_server_start")
    app.run(host=host, port=settings.rasa_port, workers=1, access_log=False, motd=False)


def action_endpoint(settings: Settings) -> EndpointConfig:
    """The action server of the settings, with the options of endpoints.yml."""
    told = AvailableEndpoints.read_endpoints(str(ENDPOINTS)).action
    options = told.kwargs if told else {}
    return EndpointConfig(url=f"{settings.actions_address}/webhook", **options)


async def load(model: Path, actions: EndpointConfig, app: Sanic, loop: AbstractEventLoop) -> None:
    store = TrackerStore.create(AvailableEndpoints.read_endpoints(str(ENDPOINTS)).tracker_store)
    agent = OneTurnAgent(tracker_store=store, action_endpoint=actions)
    agent.load_model(model)
    app.ctx.agent = agent

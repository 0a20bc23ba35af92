"""A small content out of the real one, the model trained on it, and Rasa serving it beside a trivial action server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from tests.conftest import free_port

ENTRIES = ("housing/rental_guarantee", "housing/eviction", "family_reunification/cost", "jobs/find_work")
READY_SECONDS = 60
ACTIONS = """
import json, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def webhook(request):
    call = json.loads(await request.body())
    said = call["tracker"]["latest_message"]
    if "SILENCE" in said["text"]:
        return JSONResponse({"events": [], "responses": []})
    if "FAILURE" in said["text"]:
        return JSONResponse({"error": said["text"]}, status_code=500)
    reply = {"action": call["next_action"], "text": said["text"], "understanding": said["understanding"],
             "metadata": said["metadata"], "events": len(call["tracker"]["events"])}
    return JSONResponse({"events": [], "responses": [{"custom": reply}]})

app = Starlette(routes=[Route("/webhook", webhook, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", ws="none")
"""


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four entries, every crisis and dialogue id, and the municipalities: of the real content, as copies."""
    folder = tmp_path_factory.mktemp("small") / "content"
    for part in (*(f"faq/{entry}" for entry in ENTRIES), "crisis", "dialogue"):
        shutil.copytree(Path("content") / part, folder / part)
    shutil.copy("content/municipalities.csv", folder)
    return folder


@pytest.fixture(scope="session")
def small_settings(small_content: Path) -> Settings:
    """Settings whose content is the small one and whose model is trained from it."""
    return Settings(
        content_dir=small_content,
        models_dir=small_content.parent / "models",
        cache_dir=small_content.parent / "cache",
        rasa_port=free_port(),
        actions_port=free_port(),
    )


def wegwijs(settings: Settings, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "wegwijs", *arguments]
    return subprocess.run(command, input=given, capture_output=True, env=environment(settings), timeout=300, check=False)


def environment(settings: Settings) -> Mapping[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/tmp", **settings.environment()}


@pytest.fixture(scope="session")
def model(small_settings: Settings) -> Path:
    done = wegwijs(small_settings, "train")
    assert done.returncode == 0, done.stderr.decode()
    return small_settings.models_dir / "wegwijs.tar.gz"


@dataclass(frozen=True)
class Rasa:
    """A running server; `log` is all it wrote."""

    address: str
    log: Path

    def say(self, body: object) -> tuple[int, Any]:
        """Status and JSON of one POST."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/webhooks/wegwijs/webhook", raw)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="session")
def rasa(model: Path, small_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    log = tmp_path_factory.mktemp("rasa") / "rasa.log"
    actions = subprocess.Popen([sys.executable, "-c", ACTIONS, str(small_settings.actions_port)])
    with log.open("wb") as written:
        command = [sys.executable, "-m", "wegwijs", "rasa"]
        server = subprocess.Popen(command, stdout=written, stderr=written, env=environment(small_settings))
    try:
        running = Rasa(f"http://127.0.0.1:{small_settings.rasa_port}", log)
        wait_until_ready(running, server)
        yield running
    finally:
        for process in (server, actions):
            process.terminate()
            process.wait(10)


def wait_until_ready(rasa: Rasa, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{rasa.address}/webhooks/wegwijs/", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Rasa did not get ready: {rasa.log.read_text()}")

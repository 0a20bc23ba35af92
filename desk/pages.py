"""Pages: templates filled in, in the caseworker's language.

Promise: whatever a person wrote is escaped; no page holds a script or a style of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from content.compose import Composer
from content.phrases import Phrases
from desk.speech import INTERFACE, Speech

__all__ = ["INTERFACE", "Pages"]

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANGUAGE_COOKIE = "wegwijs_language"


class Pages:
    """Renders the templates of desk/templates."""

    def __init__(self, phrases: Phrases, zone: ZoneInfo, organisation: str, composer: Composer | None = None) -> None:
        self.phrases = phrases
        self.zone = zone
        self.composer = composer
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(
            organisation=organisation, interface=INTERFACE, static=static_addresses(), autonyms=AUTONYMS
        )

    def speech(self, language: str) -> Speech:
        return Speech(self.phrases, language if language in INTERFACE else "en", self.zone, self.composer)

    def html(self, name: str, speech: Speech, status: int = 200, /, **values: object) -> HTMLResponse:
        return HTMLResponse(self.render(name, speech, **values), status)

    def render(self, name: str, speech: Speech, /, **values: object) -> str:
        known: dict[str, object] = {"visit": None, "speech": speech, "say": speech.say, "notice": "", **values}
        return self.environment.get_template(name).render(known)


AUTONYMS = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


def static_addresses() -> Mapping[str, str]:
    """By file name, an address that changes with the file, so that browsers may keep it for ever."""
    return {
        path.name: f"/static/{path.name}?v={sha256(path.read_bytes()).hexdigest()[:10]}"
        for path in STATIC.iterdir()
        if path.suffix in (".css", ".js", ".svg")
    }


def language_of(request: Request) -> str:
    """Before anybody signed in: the language asked for, chosen before, or preferred by the browser."""
    asked = [request.query_params.get("language", ""), request.cookies.get(LANGUAGE_COOKIE, "")]
    asked += [part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for code in asked if code in INTERFACE), "en")

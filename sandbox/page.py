"""The chat page: phones side by side in the browser. One template, one style sheet, one script."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

HERE = Path(__file__).parent
CONTENT_SECURITY_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
LANGUAGES = (
    ("en", "English"),
    ("nl", "Nederlands"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("fa", "فارسی"),
    ("ps", "پښتو"),
    ("ti", "ትግርኛ"),
    ("so", "Soomaali"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ru", "Русский"),
    ("es", "Español"),
    ("ku", "Kurdî"),
    ("de", "Deutsch"),
)

templates = Jinja2Templates(HERE / "templates")


async def page(request: Request) -> Response:
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
    bot = request.app.state.telegram.bot
    return templates.TemplateResponse(
        request, "page.html", {"languages": LANGUAGES, "bot": bot}, headers=headers | {"Cache-Control": "no-store"}
    )


ROUTES: list[BaseRoute] = [Route("/", page), Mount("/static", StaticFiles(directory=HERE / "static"), name="static")]

"""Web: what every page and every form of the desk goes through.

Promise: no page without a session, no change without the session's form token, and a form sent twice does its work once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from content.compose import Composer
from desk.accounts import Account, Accounts
from desk.audit import Audit
from desk.cases import Cases
from desk.changes import Changes
from desk.clock import Promise
from desk.colleagues import Colleagues
from desk.drafts import Drafts
from desk.figures import Figures
from desk.invitations import Invitations
from desk.pages import Pages, language_of
from desk.phrasebook import Phrasebook
from desk.search import Search
from desk.sessions import COOKIE, Session, Sessions
from desk.speech import Speech
from desk.throttle import Throttle
from desk.translate import Translator
from settings import Settings
from store import Redis

LIVE_HEADER = "x-live"
NAVIGATION = (
    ("/", "nav.queue", ("caseworker",)),
    ("/closed", "nav.closed", ("caseworker",)),
    ("/figures", "nav.figures", ()),
    ("/editing", "nav.editing", ("editor",)),
    ("/accounts", "nav.accounts", ("admin",)),
    ("/audit", "nav.audit", ("admin",)),
)


@dataclass(frozen=True)
class Desk:
    """Everything the pages work with, built once in desk/app.py."""

    settings: Settings
    redis: Redis
    cases: Cases
    accounts: Accounts
    sessions: Sessions
    throttle: Throttle
    audit: Audit
    pages: Pages
    changes: Changes
    promise: Promise
    colleagues: Colleagues
    invitations: Invitations
    figures: Figures
    drafts: Drafts
    phrasebook: Phrasebook
    composer: Composer | None = None
    search: Search | None = None
    translator: Translator | None = None


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    desk: Desk
    request: Request
    session: Session
    account: Account
    speech: Speech

    @property
    def csrf(self) -> str:
        return self.session.csrf

    @property
    def once(self) -> str:
        """A new id for a form, so that its second sending is known."""
        return secrets.token_urlsafe(9)

    @property
    def navigation(self) -> list[tuple[str, str]]:
        """Path and phrase of each page that is this account's."""
        return [(path, key) for path, key, roles in NAVIGATION if not roles or self.account.may(roles[0])]

    @property
    def live(self) -> bool:
        """True for a part of a page that htmx asked for."""
        return "hx-request" in self.request.headers

    def html(self, name: str, status: int = 200, /, **values: object) -> Response:
        notice = self.request.query_params.get("notice", "")
        known = f"notice.{notice}" if self.speech.knows(f"notice.{notice}") else ""
        return self.desk.pages.html(name, self.speech, status, visit=self, notice=known, **values)

    async def note(self, what: str, about: str = "") -> None:
        await self.desk.audit.note(self.account.name, what, about)


Page = Callable[[Visit], Awaitable[Response]]
Form = Callable[[Visit, FormData], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def page(show: Page, *roles: str) -> Endpoint:
    """A page for whoever is signed in with one of these roles; others are sent to sign in, or told that it is not theirs."""

    async def endpoint(request: Request) -> Response:
        visit = await visit_of(request)
        if visit is None:
            return to_sign_in(request)
        if roles and not any(visit.account.may(role) for role in roles):
            return problem(visit.desk.pages, visit.speech, "forbidden", 403, visit=visit)
        return await show(visit)

    return endpoint


def form(work: Form, *roles: str) -> Endpoint:
    """The same for a form; without its token nothing is done and the words are shown again."""

    async def endpoint(request: Request) -> Response:
        async def checked(visit: Visit) -> Response:
            fields = await request.form(max_files=0, max_fields=60)
            if not genuine(request, fields, visit.csrf):
                words = text(fields, "words")
                return problem(visit.desk.pages, visit.speech, "stale_form", 403, visit=visit, words=words)
            return await work(visit, fields)

        return await page(checked, *roles)(request)

    return endpoint


async def visit_of(request: Request) -> Visit | None:
    desk = desk_of(request)
    found = await desk.sessions.find(request.cookies.get(COOKIE), at_work=LIVE_HEADER not in request.headers)
    if found is None:
        return None
    session, account = found
    return Visit(desk, request, session, account, desk.pages.speech(account.language))


def genuine(request: Request, fields: FormData, token: str) -> bool:
    """True when the form carries this token and comes from this desk."""
    origin = request.headers.get("origin", "")
    from_here = not origin or urlsplit(origin).netloc == request.headers.get("host")
    given = text(fields, "csrf") or request.headers.get("x-csrf", "")
    return from_here and hmac.compare_digest(given.encode(), token.encode())


def text(fields: FormData, name: str, longest: int = 4096) -> str:
    """A field as text, empty when it is missing."""
    value = fields.get(name, "")
    return value[:longest].strip() if isinstance(value, str) else ""


def go(where: str, notice: str = "") -> Response:
    return RedirectResponse(f"{where}?notice={notice}" if notice else where, 303)


def to_sign_in(request: Request) -> Response:
    """To the sign-in page; htmx, which asked for a part of a page, is told to go there too."""
    if "hx-request" in request.headers or LIVE_HEADER in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in?notice=signed_out"})
    return RedirectResponse("/sign-in", 303)


def problem(pages: Pages, speech: Speech, key: str, status: int, /, **values: object) -> Response:
    """A kind page: what happened, that nothing was done, where to go on."""
    known: dict[str, object] = {"key": key, "words": "", **values}
    return pages.html("problem.html", speech, status, **known)


def plain_speech(request: Request) -> Speech:
    return desk_of(request).pages.speech(language_of(request))

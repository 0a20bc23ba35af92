"""The desk as one ASGI application: its table of pages and forms, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from content.compose import Composer
from content.hours import parse_hours
from content.phrases import load_phrases
from desk import (
    case_page,
    editing,
    figures_page,
    handing,
    insert,
    live,
    media_page,
    people,
    queue,
    sign_in,
    translation,
    two_steps,
)
from desk.accounts import Accounts
from desk.audit import Audit
from desk.cases import CaseNotFound, Cases, MediaNotFound
from desk.changes import Changes
from desk.clock import Clock, Promise
from desk.colleagues import Colleagues
from desk.drafts import Drafts
from desk.figures import Figures
from desk.guard import Guard
from desk.invitations import Invitations
from desk.pages import INTERFACE, STATIC, Pages
from desk.phrasebook import load_phrasebook
from desk.search import Search
from desk.sessions import IDLE_SECONDS, Sessions
from desk.throttle import Throttle
from desk.translate import Translator
from desk.web import Desk, desk_of, form, page, plain_speech, problem
from health import health_routes, serve_health
from settings import Settings
from store import Redis
from vault import Vault, VaultError

CASEWORKER = "caseworker"


def create_app(
    settings: Settings, redis: Redis, vault: Vault, composer: Composer | None = None, idle_seconds: int = IDLE_SECONDS
) -> Starlette:
    """The desk for these settings; `composer` gives entries their titles and answers."""
    cases = Cases(redis, vault, settings.lease_seconds, settings.keep_case_days)
    accounts = Accounts(redis)
    hours = parse_hours(settings.opening_hours, settings.holidays, settings.timezone)
    promise = Promise(hours, timedelta(minutes=settings.answer_promise_minutes))
    desk = Desk(
        settings=settings,
        redis=redis,
        cases=cases,
        accounts=accounts,
        sessions=Sessions(redis, vault, accounts, idle_seconds),
        throttle=Throttle(redis),
        audit=Audit(redis),
        pages=Pages(
            load_phrases(settings.content_dir, "desk", INTERFACE), ZoneInfo(settings.timezone), settings.organisation, composer
        ),
        changes=Changes(redis),
        promise=promise,
        colleagues=Colleagues(redis, accounts, cases),
        invitations=Invitations(redis),
        figures=Figures(redis),
        drafts=Drafts(redis, vault),
        phrasebook=load_phrasebook(settings.content_dir / "phrasebook.yml"),
        composer=composer,
        search=Search(composer.content) if composer else None,
        translator=Translator(settings.translate_url) if settings.translate_url else None,
    )
    clock = Clock(cases, promise)

    async def health() -> None:
        await serve_health(settings.health_host, settings.desk_health_port, redis, cases.look)

    app = Starlette(
        routes=[*routes(), *health_routes(redis)[:2]],  # what is counted is for the inner port only
        middleware=[Middleware(Guard, secure=settings.secure_cookies)],
        exception_handlers={
            RedisError: say(503, "away"),
            OSError: say(503, "away"),
            VaultError: say(500, "sealed"),
            CaseNotFound: say(404, "no_case"),
            MediaNotFound: say(404, "no_case"),
            HTTPException: say_http,
            Exception: say(500, "failed"),
        },
        lifespan=alongside(desk.changes.listen, clock.run, health),
    )
    app.state.desk = desk
    return app


def routes() -> list[Route | Mount]:
    return [
        Route("/", page(queue.home)),
        Route("/closed", page(queue.show_closed, CASEWORKER)),
        Route("/cases/{case_id}", page(case_page.show, CASEWORKER)),
        Route("/cases/{case_id}/live", page(case_page.live, CASEWORKER)),
        Route("/cases/{case_id}/claim", form(case_page.claim, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/reply", form(case_page.reply_or_refuse, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/note", form(case_page.note, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/renew", form(case_page.renew, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/release", form(case_page.release, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/close", form(case_page.close, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/hand", form(handing.hand, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/mark", form(handing.mark, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/lines/{line_id}/translation", page(translation.read_line, CASEWORKER)),
        Route("/cases/{case_id}/translation/preview", form(translation.preview, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/translation", form(translation.send_translation, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/insert", page(insert.choose, CASEWORKER)),
        Route("/cases/{case_id}/entries/{entry_id:path}", page(insert.show_entry, CASEWORKER)),
        Route("/cases/{case_id}/entries", form(insert.send_entry, CASEWORKER), methods=["POST"]),
        Route("/cases/{case_id}/phrases/{phrase}", page(insert.show_phrase, CASEWORKER)),
        Route("/cases/{case_id}/phrases", form(insert.send_phrase, CASEWORKER), methods=["POST"]),
        Route("/media/{media_id}", page(media_page.show, CASEWORKER)),
        Route("/figures", page(figures_page.show)),
        Route("/figures.csv", page(figures_page.as_csv)),
        Route("/editing", page(editing.show, "editor")),
        Route("/editing/drafts.yml", page(editing.export, "editor")),
        Route("/editing/questions.csv", page(editing.as_csv, "editor")),
        Route("/editing/remove", form(editing.remove, "editor"), methods=["POST"]),
        Route("/accounts", page(people.show, "admin")),
        Route("/accounts", form(people.add, "admin"), methods=["POST"]),
        Route("/accounts/change", form(people.change, "admin"), methods=["POST"]),
        Route("/accounts/invite", form(people.invite, "admin"), methods=["POST"]),
        Route("/accounts/remove", form(people.remove, "admin"), methods=["POST"]),
        Route("/audit", page(people.show_log, "admin")),
        Route("/invitation/{secret}", people.show_invitation, name="invitation"),
        Route("/invitation/{secret}", people.accept, methods=["POST"]),
        Route("/changes", page(live.changes)),
        Route("/sign-in", sign_in.show_sign_in),
        Route("/sign-in", sign_in.sign_in, methods=["POST"]),
        Route("/sign-out", form(sign_in.sign_out), methods=["POST"]),
        Route("/mine", page(sign_in.show_mine)),
        Route("/mine/language", form(sign_in.set_language), methods=["POST"]),
        Route("/mine/password", form(sign_in.set_password), methods=["POST"]),
        Route("/mine/two-steps", page(two_steps.show)),
        Route("/mine/two-steps", form(two_steps.begin), methods=["POST"]),
        Route("/mine/two-steps/end", form(two_steps.end), methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def say(status: int, key: str) -> Callable[[Request, Exception], Response]:
    """An error as a kind page in the caller's language, with nothing of what went wrong inside."""

    def handler(request: Request, error: Exception) -> Response:
        return problem(desk_of(request).pages, plain_speech(request), key, status)

    return handler


def say_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    key = {404: "no_page", 405: "no_page"}.get(status, "bad_request")
    return problem(desk_of(request).pages, plain_speech(request), key, status)


def alongside(*works: Callable[[], Awaitable[None]]) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A lifespan that runs these until the desk stops."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.ensure_future(work()) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return lifespan

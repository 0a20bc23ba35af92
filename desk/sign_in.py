"""Signing in and out, and what a caseworker sets for themselves: language of the interface, password.

Promise: a password is checked off the event loop, counted before it is checked, and never shown again.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from desk.accounts import AccountError
from desk.pages import INTERFACE, LANGUAGE_COOKIE, language_of
from desk.sessions import COOKIE, Sessions, form_token
from desk.totp import accepts
from desk.web import Desk, Visit, desk_of, genuine, go, plain_speech, problem, text

logger = logging.getLogger(__name__)
FORM_COOKIE = "wegwijs_form"
FORM_SECONDS = 3600
YEAR_SECONDS = 365 * 86400


async def show_sign_in(request: Request) -> Response:
    desk = desk_of(request)
    if await desk.sessions.find(request.cookies.get(COOKIE), at_work=False):
        return go("/")
    return sign_in_page(request)


def sign_in_page(request: Request, status: int = 200, wrong: str = "", name: str = "") -> Response:
    """Its token hangs on a cookie of its own: there is no session yet. The cookie stays, so that two tabs both work."""
    desk, speech = desk_of(request), plain_speech(request)
    visitor = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    notice = "notice.signed_out" if request.query_params.get("notice") == "signed_out" else ""
    answer = desk.pages.html("sign_in.html", speech, status, csrf=form_token(visitor), wrong=wrong, name=name, notice=notice)
    put_cookie(answer, desk, FORM_COOKIE, visitor, FORM_SECONDS)
    if "language" in request.query_params:
        put_cookie(answer, desk, LANGUAGE_COOKIE, language_of(request), YEAR_SECONDS)
    return answer


async def sign_in(request: Request) -> Response:
    desk = desk_of(request)
    fields = await request.form(max_files=0, max_fields=20)
    if not genuine(request, fields, form_token(request.cookies.get(FORM_COOKIE, ""))):
        return sign_in_page(request, 403, "sign_in.stale", text(fields, "name"))
    name, password = text(fields, "name", 64).lower(), str(fields.get("password", ""))[:256]
    address = request.client.host if request.client else ""
    if not await desk.throttle.allows(name, address):
        logger.warning("sign-in throttled", extra={"address": address})
        return sign_in_page(request, 429, "sign_in.too_often", name)
    account = await desk.accounts.verify(name, password)
    if account is None:
        await desk.audit.note(name[:32], "refused")
        return sign_in_page(request, 403, "sign_in.wrong", name)
    if account.totp and not await accepts(desk.redis, desk.cases.vault.open(account.totp), text(fields, "code", 10)):
        return sign_in_page(request, 403, "sign_in.code_wrong", name)
    await desk.throttle.forgive(name)
    return await begin(request, desk, account.name)


async def begin(request: Request, desk: Desk, name: str) -> Response:
    """A new session; whatever session the browser had before ends."""
    await end_old(desk.sessions, request)
    account = await desk.accounts.find(name)
    if account is None:
        return go("/sign-in")
    _, cookie = await desk.sessions.start(account)
    await desk.audit.note(name, "signed_in")
    answer = go("/")
    put_cookie(answer, desk, COOKIE, cookie, None)
    answer.delete_cookie(FORM_COOKIE, path="/", httponly=True, samesite="strict")
    return answer


async def end_old(sessions: Sessions, request: Request) -> None:
    if before := await sessions.find(request.cookies.get(COOKIE), at_work=False):
        await sessions.end(before[0])


async def sign_out(visit: Visit, fields: FormData) -> Response:
    await visit.desk.sessions.end(visit.session)
    await visit.note("signed_out")
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    # Drafts that the browser kept go too.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


async def show_mine(visit: Visit) -> Response:
    return visit.html("mine.html", wrong="")


async def set_language(visit: Visit, fields: FormData) -> Response:
    chosen = text(fields, "language")
    if chosen in INTERFACE:
        await visit.desk.accounts.change(replace(visit.account, language=chosen))
    answer = go(back(fields))
    put_cookie(answer, visit.desk, LANGUAGE_COOKIE, chosen, YEAR_SECONDS)
    return answer


async def set_password(visit: Visit, fields: FormData) -> Response:
    """The old one is asked again: an open desk is not the password."""
    now, new = str(fields.get("now", ""))[:256], str(fields.get("new", ""))[:256]
    address = visit.request.client.host if visit.request.client else ""
    if not await visit.desk.throttle.allows(visit.account.name, address):
        return problem(visit.desk.pages, visit.speech, "too_often", 429, visit=visit)
    if not await visit.desk.accounts.verify(visit.account.name, now):
        return visit.html("mine.html", 403, wrong="mine.password_wrong")
    try:
        await visit.desk.accounts.set_password(visit.account.name, new)
    except AccountError as error:
        return visit.html("mine.html", 400, wrong=error.key)
    await visit.note("changed_password")
    return await begin(visit.request, visit.desk, visit.account.name)


def back(fields: FormData) -> str:
    """Where the form was; only a path of the desk."""
    where = text(fields, "back", 200)
    return where if where.startswith("/") and not where.startswith(("//", "/\\")) else "/"


def put_cookie(answer: Response, desk: Desk, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="strict", secure=desk.settings.secure_cookies
    )

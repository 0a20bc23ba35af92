"""The administrators' pages: accounts, invitations, and the log of who saw and did what.

Promise: nobody learns another's password, and the last administrator cannot lock everybody out.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from content.hours import HoursError, parse_hours
from content.model import LANGUAGES, REGIONS, TOPICS
from desk.accounts import ROLES, SHORTEST_PASSWORD, Account, AccountError
from desk.sessions import form_token
from desk.sign_in import FORM_COOKIE, FORM_SECONDS, begin, put_cookie
from desk.web import Visit, desk_of, genuine, go, plain_speech, problem, text


async def show(visit: Visit, wrong: str = "", link: str = "", status: int = 200) -> Response:
    known = {"roles": ROLES, "languages": LANGUAGES, "topics": TOPICS, "regions": REGIONS, "wrong": wrong, "link": link}
    return visit.html("accounts.html", status, accounts=await visit.desk.accounts.all(), **known)


async def add(visit: Visit, fields: FormData) -> Response:
    """A new account without a password, and the link with which its owner chooses one."""
    name = text(fields, "name", 32).lower()
    try:
        account = chosen(Account(name, text(fields, "shown_name", 60) or name.title()), fields)
        await visit.desk.accounts.create(account)
    except AccountError as error:
        return await show(visit, wrong=error.key, status=400)
    await visit.note("added_account", name)
    return await show_link(visit, name)


async def change(visit: Visit, fields: FormData) -> Response:
    account = await visit.desk.accounts.find(text(fields, "name", 32))
    try:
        if account is None:
            raise AccountError("account.unknown", "no such account")
        changed = chosen(replace(account, shown_name=text(fields, "shown_name", 60) or account.shown_name), fields)
        if not changed.may("admin"):
            await refuse_last_admin(visit, account)
        await visit.desk.accounts.change(changed)
    except AccountError as error:
        return await show(visit, wrong=error.key, status=400)
    await visit.note("changed_account", account.name)
    return go("/accounts", "account_changed")


async def remove(visit: Visit, fields: FormData) -> Response:
    account = await visit.desk.accounts.find(text(fields, "name", 32))
    if account is None:
        return go("/accounts")
    try:
        await refuse_last_admin(visit, account)
    except AccountError as error:
        return await show(visit, wrong=error.key, status=400)
    await visit.desk.accounts.remove(account.name)
    await visit.note("removed_account", account.name)
    return go("/accounts", "account_removed")


async def invite(visit: Visit, fields: FormData) -> Response:
    """A new link for somebody who forgot the password; the old password works until the link is used."""
    account = await visit.desk.accounts.find(text(fields, "name", 32))
    if account is None:
        return go("/accounts")
    await visit.note("invited", account.name)
    return await show_link(visit, account.name)


async def show_link(visit: Visit, name: str) -> Response:
    secret = await visit.desk.invitations.make(name)
    return await show(visit, link=str(visit.request.url_for("invitation", secret=secret)))


async def show_log(visit: Visit) -> Response:
    return visit.html("audit.html", deeds=await visit.desk.audit.latest())


def chosen(account: Account, fields: FormData) -> Account:
    """The account with what the form says; unknown values are left out. Raises AccountError."""
    hours, limit = text(fields, "hours", 200), text(fields, "limit", 3)
    try:
        parse_hours(hours)
    except HoursError as error:
        raise AccountError("account.hours", str(error)) from error
    return replace(
        account,
        roles=picked(fields, "roles", ROLES),
        languages=picked(fields, "languages", LANGUAGES),
        topics=picked(fields, "topics", TOPICS),
        regions=picked(fields, "regions", REGIONS),
        hours=hours,
        limit=int(limit) if limit.isdecimal() else 0,
        team=" ".join(text(fields, "team", 40).split()),
    )


def picked(fields: FormData, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in known if value in fields.getlist(name))


async def refuse_last_admin(visit: Visit, account: Account) -> None:
    """Raises AccountError when nobody else could open this page afterwards."""
    others = [one for one in await visit.desk.accounts.all() if one.name != account.name]
    if account.may("admin") and not any(one.may("admin") and one.password_hash for one in others):
        raise AccountError("account.last_admin", "the last administrator stays")


# --- the one who was invited, not signed in yet


async def show_invitation(request: Request) -> Response:
    desk = desk_of(request)
    name = await desk.invitations.name_of(request.path_params["secret"])
    if name is None:
        return problem(desk.pages, plain_speech(request), "invitation_used", 404)
    return invitation_page(request, name)


def invitation_page(request: Request, name: str, status: int = 200, wrong: str = "") -> Response:
    desk, visitor = desk_of(request), request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    shown = {"csrf": form_token(visitor), "name": name, "wrong": wrong, "where": request.url.path}
    answer = desk.pages.html("invitation.html", plain_speech(request), status, **shown)
    put_cookie(answer, desk, FORM_COOKIE, visitor, FORM_SECONDS)
    return answer


async def accept(request: Request) -> Response:
    """Sets the password and signs in. A short password does not use the link up."""
    desk, secret = desk_of(request), request.path_params["secret"]
    fields = await request.form(max_files=0, max_fields=20)
    name = await desk.invitations.name_of(secret)
    if name is None:
        return problem(desk.pages, plain_speech(request), "invitation_used", 404)
    if not genuine(request, fields, form_token(request.cookies.get(FORM_COOKIE, ""))):
        return invitation_page(request, name, 403, "sign_in.stale")
    password = str(fields.get("new", ""))[:256]
    if len(password) < SHORTEST_PASSWORD:
        return invitation_page(request, name, 400, "account.password_short")
    if await desk.invitations.use(secret) is None:
        return problem(desk.pages, plain_speech(request), "invitation_used", 404)
    try:
        account = await desk.accounts.set_password(name, password)
        # Whoever lost the phone gets in again by an invitation.
        await desk.accounts.change(replace(account, totp=""))
    except AccountError:
        return problem(desk.pages, plain_speech(request), "invitation_used", 404)
    await desk.audit.note(name, "chose_password")
    return await begin(request, desk, name)

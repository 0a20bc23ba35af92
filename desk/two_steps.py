"""Setting up and ending the second step of one's own sign-in.

Promise: it is on only after a right code was shown, so that nobody locks themselves out by a slip.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response

from desk.totp import accepts, address, new_secret
from desk.web import Visit, go, text
from vault import VaultError


async def show(visit: Visit, wrong: str = "", secret: str = "", status: int = 200) -> Response:
    secret = secret or new_secret()
    where = address(secret, visit.account.name, visit.desk.settings.organisation)
    sealed = visit.desk.cases.vault.seal(f"{visit.session.account} {secret}").decode()
    return visit.html("two_steps.html", status, secret=secret, sealed=sealed, where=where, wrong=wrong)


async def begin(visit: Visit, fields: FormData) -> Response:
    """The secret comes back sealed, so that a form cannot choose it."""
    name, _, secret = opened(visit, text(fields, "sealed", 1000)).partition(" ")
    if name != visit.account.name or not await accepts(visit.desk.redis, secret, text(fields, "code", 10)):
        return await show(visit, "two_steps.wrong", secret if name == visit.account.name else "", 400)
    sealed = visit.desk.cases.vault.seal(secret).decode()
    await visit.desk.accounts.change(replace(visit.account, totp=sealed))
    await visit.note("began_two_steps")
    return go("/mine", "two_steps_begun")


def opened(visit: Visit, sealed: str) -> str:
    try:
        return visit.desk.cases.vault.open(sealed)
    except VaultError:
        return ""


async def end(visit: Visit, fields: FormData) -> Response:
    """The password is asked again: an open desk is not enough."""
    address_of = visit.request.client.host if visit.request.client else ""
    allowed = await visit.desk.throttle.allows(visit.account.name, address_of)
    if not allowed or not await visit.desk.accounts.verify(visit.account.name, str(fields.get("now", ""))[:256]):
        return await show(visit, "mine.password_wrong", status=403)
    await visit.desk.accounts.change(replace(visit.account, totp=""))
    await visit.note("ended_two_steps")
    return go("/mine", "two_steps_ended")

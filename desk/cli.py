"""`wegwijs desk`: runs the caseworkers' page; its subcommands keep the accounts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import uvicorn

from content.model import LANGUAGES, REGIONS, TOPICS
from content.open import open_composer
from desk.accounts import DEMO, ROLES, Account, AccountError, Accounts, ensure_demo_user
from desk.app import create_app
from desk.pages import INTERFACE
from logs import set_up_logs
from settings import Settings
from store import check_reachable, connect
from vault import open_vault

T = TypeVar("T")
STOP_SECONDS = 3


@click.group(invoke_without_command=True)
@click.pass_context
def desk(context: click.Context) -> None:
    """Start the caseworkers' page, or keep its accounts."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings.from_environment()
    set_up_logs(settings.log_level, settings.log_format)
    with_accounts(settings, lambda accounts: demo_user(accounts, settings))
    app = create_app(settings, connect(settings), open_vault(settings), open_composer(settings))
    uvicorn.run(
        app,
        host=settings.desk_host,
        port=settings.desk_port,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


@desk.command("add-user")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=("caseworker",), show_default=True)
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="A language they answer in.")
@click.option("--topic", "topics", multiple=True, type=click.Choice(TOPICS))
@click.option("--region", "regions", multiple=True, type=click.Choice(REGIONS))
@click.option("--team", default="", help="A case can be handed to all of a team.")
@click.option("--interface", type=click.Choice(INTERFACE), default="en", show_default=True)
@click.option("--shown-name", default="", help="The name people are told; the sign-in name by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_user(
    name: str,
    roles: tuple[str, ...],
    languages: tuple[str, ...],
    topics: tuple[str, ...],
    regions: tuple[str, ...],
    team: str,
    interface: str,
    shown_name: str,
    password_stdin: bool,
) -> None:
    """Add a caseworker, editor or admin."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else click.prompt("Password", hide_input=True)
    account = Account(
        name,
        shown_name or name.title(),
        roles,
        language=interface,
        languages=languages,
        topics=topics,
        regions=regions,
        team=team,
    )
    with_accounts(Settings.from_environment(), lambda accounts: accounts.add(account, password))
    click.echo(f"{name} can sign in as {', '.join(roles)}")


@desk.command("list-users")
def list_users() -> None:
    """One line an account: name, roles, languages."""
    for account in with_accounts(Settings.from_environment(), lambda accounts: accounts.all()):
        click.echo(f"{account.name}\t{','.join(account.roles)}\t{','.join(account.languages)}")


@desk.command("remove-user")
@click.argument("name")
def remove_user(name: str) -> None:
    """Remove an account and end its sessions."""
    if not with_accounts(Settings.from_environment(), lambda accounts: accounts.remove(name)):
        raise click.ClickException(f"there is no account {name!r}; `wegwijs desk list-users` shows them")
    click.echo(f"{name} is removed")


async def demo_user(accounts: Accounts, settings: Settings) -> None:
    """The demo caseworker in the sandbox; with a real Telegram token it is taken away."""
    if settings.in_sandbox:
        await ensure_demo_user(accounts, settings.data_dir)
    else:
        await accounts.remove(DEMO)


def with_accounts(settings: Settings, work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Run one piece of work on the accounts; what is wrong becomes one line."""

    async def within() -> T:
        redis = connect(settings)
        try:
            await check_reachable(redis)
            return await work(Accounts(redis))
        finally:
            await redis.close(close_connection_pool=True)

    try:
        return asyncio.run(within())
    except AccountError as error:
        raise click.ClickException(str(error)) from error

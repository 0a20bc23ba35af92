"""wegwijs: the one command. Each subcommand lives in its room and is imported only when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from content.hours import HoursError
from settings import SettingsError
from store import StoreError
from vault import VaultError

COMMANDS = {
    "run": ("run", "run", "Start everything on this machine; prints where to click."),
    "train": ("nlu.cli", "train", "Train the model from content/."),
    "parse": ("nlu.cli", "parse", "JSON lines in, what is understood out."),
    "evaluate": ("nlu.cli", "evaluate", "Figures of understanding on a file of messages."),
    "content": ("content.cli", "content", "Check content, show its state, stamp translations."),
    "desk": ("desk.cli", "desk", "The caseworkers' page, and their accounts."),
    "bot": ("bot.cli", "bot", "The Telegram side: receive, converse, send."),
    "rasa": ("nlu.cli", "rasa", "The understanding server (Rasa)."),
    "actions": ("actions.cli", "actions", "The action server."),
    "sandbox": ("run", "sandbox", "The stand-in for Telegram with a chat page."),
    "redis": ("run", "redis", "A Redis server of this project's own."),
    "key": ("run", "key", "Print a new key for WEGWIJS_KEY."),
    "keys": ("rotation", "keys", "Change the key: add, promote, reseal, drop."),
}
OPERATOR_ERRORS = (SettingsError, StoreError, VaultError, HoursError)


class LazyGroup(click.Group):
    """Imports a subcommand's module when it is invoked, so that `wegwijs key` never waits for Rasa."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, _, sentence) in COMMANDS.items()])


@click.group(cls=LazyGroup)
def wegwijs() -> None:
    """Wegwijs: answers for people new in Belgium, or a person.

    Settings come from the environment or a .env file; .env.example documents each.
    """


def main() -> None:
    """Run the command; what an operator can mend is one line on stderr and exit code 2."""
    try:
        wegwijs.main(prog_name="wegwijs", standalone_mode=True)
    except OPERATOR_ERRORS as error:
        click.echo(f"wegwijs: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()

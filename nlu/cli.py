"""Commands of understanding: train, parse, evaluate, rasa.

Promise: stdout of `parse` and of `--json` carries JSON only; what an operator can mend is one line, never a traceback.
Each command imports what it needs when it runs: Rasa takes seconds, and `wegwijs --help` should not wait for it.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

import click

from settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--force", is_flag=True, help="Train even when content and configuration are unchanged.")
def train(force: bool) -> None:
    """Train from content/ and write the model where `wegwijs run` finds it."""
    settings = Settings.from_environment()
    from nlu.quiet import hush

    hush(settings.log_level)
    from nlu.train import train_from

    train_from(settings, force)


@click.command()
def parse() -> None:
    """Read JSON lines {"text", "lang"} and write what was understood, one line each."""
    from nlu.parse import parse_lines
    from nlu.reader import MODEL_FILE, NoModel, Reader

    try:
        reader = Reader.load(Settings.from_environment().models_dir / MODEL_FILE)
    except NoModel as error:
        raise click.ClickException(str(error)) from error
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for line in parse_lines(reader, sys.stdin.buffer):
        sys.stdout.write(line + "\n")


@click.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with plots.")
@click.option("--floor", type=FILE, help="Fail when a language is worse by over 2 points than in these --json figures.")
@click.option(
    "--against", type=click.Choice(["stock"]), help="Train stock Rasa (DIET) and ours on the same questions, compare."
)
@click.option("--epochs", default=100, show_default=True, help="Rounds of DIET for --against stock.")
@click.option("--banking77", type=FOLDER, help="Train and test our parts on BANKING77 (train.csv, test.csv).")
@click.option("--clinc150", type=FOLDER, help="The same on CLINC150 (data_full.json).")
def evaluate(
    files: tuple[Path, ...],
    as_json: bool,
    html: Path | None,
    floor: Path | None,
    against: str | None,
    epochs: int,
    banking77: Path | None,
    clinc150: Path | None,
) -> None:
    """Measure understanding on lines {"id", "text", "lang"}, by language, worst first.

    Without "lang", a file named after a language (ar.jsonl) is in that language.
    """
    if banking77 or clinc150:
        from nlu.against import on_banking77, on_clinc150

        for measured, folder in ((on_banking77, banking77), (on_clinc150, clinc150)):
            if folder:
                click.echo(measured(folder))
        return
    if not files:
        raise click.UsageError("Name a file of messages, such as nlu/devset/ar.jsonl.")
    if against:
        from nlu.report import report_against

        return report_against(Settings.from_environment(), files, epochs)
    from nlu.reader import NoModel
    from nlu.report import report

    try:
        report(Settings.from_environment(), files, as_json, html, floor)
    except NoModel as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Another address only on an inner network.")
def rasa(host: str) -> None:
    """Start Rasa with the trained model."""
    settings = Settings.from_environment()
    from nlu.quiet import hush
    from nlu.reader import MODEL_FILE, NoModel, check_model

    try:
        check_model(settings.models_dir / MODEL_FILE)
    except NoModel as error:
        raise click.ClickException(str(error)) from error
    hush(settings.log_level, settings.log_format)
    from nlu.server import serve

    serve(settings, host)

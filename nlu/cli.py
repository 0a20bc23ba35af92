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
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with plots.")
@click.option("--floor", type=FILE, help="Fail when a language is worse by over 2 points than in these --json figures.")
def evaluate(files: tuple[Path, ...], as_json: bool, html: Path | None, floor: Path | None) -> None:
    """Measure understanding on lines {"id", "text", "lang"}, by language, worst first.

    Without "lang", a file named after a language (ar.jsonl) is in that language.
    """
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
    hush(settings.log_level)
    from nlu.server import serve

    serve(settings, host)

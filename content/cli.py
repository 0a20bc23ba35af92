"""`wegwijs content`: check, status, stamp."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from content.check import check_content
from content.load import load_content
from content.stamp import stamp_translations
from content.status import as_html, as_table
from settings import Settings


@click.group()
def content() -> None:
    """Check content, show its state, stamp translations."""


@content.command()
@click.option("--warnings/--no-warnings", default=False, help="Show also what does not keep a text from people.")
def check(warnings: bool) -> None:
    """Print every breach of content/README.md that a program can find; exit 1 when there is an error."""
    settings = Settings.from_environment()
    loaded = load_content(settings.content_dir, settings.cache_dir)
    problems = [*loaded.problems, *check_content(loaded, settings.content_dir)]
    errors = [problem for problem in problems if problem.error]
    console = Console()
    for problem in sorted(problems if warnings else errors, key=lambda one: (one.file, one.place)):
        console.print(escape(str(problem)), soft_wrap=True, style="red" if problem.error else "yellow")
    console.print(
        f"{len(loaded.entries)} entries, {len(loaded.services)} services: {len(errors)} errors,"
        f" {len(problems) - len(errors)} warnings" + ("" if warnings else " (--warnings shows them)")
    )
    sys.exit(1 if errors else 0)


@content.command()
@click.option("--html", type=click.Path(path_type=Path), help="Also write the table as one HTML page.")
def status(html: Path | None) -> None:
    """Print the table entry x language: complete, unreviewed, outdated, missing."""
    settings = Settings.from_environment()
    loaded = load_content(settings.content_dir, settings.cache_dir)
    Console().print(as_table(loaded))
    if html:
        html.write_text(as_html(loaded), encoding="utf-8")


@content.command()
@click.argument("entries", nargs=-1)
def stamp(entries: tuple[str, ...]) -> None:
    """Say that the translations of ENTRIES (all, if none is named) are made from today's source text."""
    settings = Settings.from_environment()
    changed = stamp_translations(settings.content_dir, entries)
    click.echo(f"{changed} translations stamped")

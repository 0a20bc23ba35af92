"""Evaluation: how well messages are understood, by language and in all, worst language first.

Promise: every figure counts only the lines that can show it; a language without such lines shows none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from content.model import LANGUAGES
from nlu.decide import ANSWER, CRISIS, DIALOGUE, FALLBACK, Understanding
from nlu.examples import NEAR_MISS, OUT_OF_SCOPE, is_entry
from nlu.normalise import normalise, words
from nlu.parse import batches
from nlu.reader import MODEL_FILE, Asked, Reader
from settings import Settings

LANGUAGE_WORDS = 4
ALL = "all"
BATCH = 256


@dataclass(frozen=True)
class Case:
    """A message with what it means; the entry beside it where a near miss or a crisis also asks one."""

    id: str
    text: str
    language: str
    also: str = ""


@dataclass(frozen=True)
class Read:
    """A case, what was understood, and the language found when it was not told."""

    case: Case
    told: Understanding
    language: str


@dataclass(frozen=True)
class Figure:
    """A share of the lines that `counts` picks; `better` is +1 when more is better."""

    name: str
    title: str
    counts: Callable[[Read], bool]
    holds: Callable[[Read], bool]
    better: int = 1


def crisis(read: Read) -> bool:
    return read.case.id.startswith("crisis/")


def entry(read: Read) -> bool:
    return is_entry(read.case.id)


def dialogue(read: Read) -> bool:
    return "/" not in read.case.id and read.case.id not in (NEAR_MISS, OUT_OF_SCOPE)


FIGURES = (
    Figure("top_1", "right first", entry, lambda read: read.told.id == read.case.id),
    Figure("top_3", "in first 3", entry, lambda read: read.case.id in [one.id for one in read.told.ranking[:3]]),
    Figure("wrong", "answered wrongly", entry, lambda read: read.told.outcome == ANSWER and read.told.id != read.case.id, -1),
    Figure("answered", "answered at once", entry, lambda read: read.told.outcome == ANSWER),
    Figure("crisis_recall", "crisis found", crisis, lambda read: read.told.outcome == CRISIS),
    Figure("crisis_kind", "its kind", crisis, lambda read: read.told.crisis == read.case.id),
    Figure("false_alarms", "false alarms", lambda read: entry(read) or dialogue(read), lambda read: bool(read.told.crisis), -1),
    Figure(
        "near_miss_alarms", "near-miss alarms", lambda read: read.case.id == NEAR_MISS, lambda read: bool(read.told.crisis), -1
    ),
    Figure(
        "out_of_scope",
        "out of scope kept out",
        lambda read: read.case.id == OUT_OF_SCOPE,
        lambda read: read.told.outcome == FALLBACK or read.told.id == OUT_OF_SCOPE,
    ),
    Figure("dialogue", "dialogue right", dialogue, lambda read: read.told.outcome == DIALOGUE and read.told.id == read.case.id),
    Figure(
        "language",
        "language right",
        lambda read: len(words(normalise(read.case.text))) >= LANGUAGE_WORDS,
        lambda read: read.language == read.case.language,
    ),
)


def report(settings: Settings, file: Path, as_json: bool) -> None:
    """Read the cases with the trained model and print the figures."""
    cases = read_cases(file)
    figures = measure(read_all(Reader.load(settings.models_dir / MODEL_FILE), cases))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        Console().print(as_table(figures, len(cases)))


def read_cases(file: Path) -> list[Case]:
    """Lines {"id", "text", "lang", "also"}. Raises ClickException naming the line that is none."""
    cases = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            cases.append(Case(told["id"], str(told["text"]), str(told.get("lang") or ""), str(told.get("also") or "")))
        except (ValueError, KeyError, TypeError) as error:
            what = 'must be {"id": ..., "text": ..., "lang": ...}'
            raise click.ClickException(f"{file}: line {number} {what}") from error
    return cases


def read_all(reader: Reader, cases: Sequence[Case]) -> list[Read]:
    """Each case twice: with the language the person chose, and without."""
    found: list[Read] = []
    for batch in batches(cases, BATCH):
        chosen = reader.read([Asked(case.text, case.language if case.language in LANGUAGES else None) for case in batch])
        alone = reader.read([Asked(case.text) for case in batch])
        found += [Read(case, told, free.language) for case, told, free in zip(batch, chosen, alone, strict=True)]
    return found


def measure(reads: Sequence[Read]) -> dict[str, dict[str, float | None]]:
    """Figures by language, the language with the fewest right first, then of all."""
    languages = sorted({read.case.language for read in reads})
    by_language = {language: shares(read for read in reads if read.case.language == language) for language in languages}
    ranked = sorted(by_language, key=lambda language: by_language[language]["top_1"] or 0.0)
    return {**{language: by_language[language] for language in ranked}, ALL: shares(reads)}


def shares(reads: Iterable[Read]) -> dict[str, float | None]:
    held = list(reads)
    return {figure.name: share([figure.holds(read) for read in held if figure.counts(read)]) for figure in FIGURES}


def share(holds: Sequence[bool]) -> float | None:
    return round(sum(holds) / len(holds), 4) if holds else None


def as_table(figures: dict[str, dict[str, float | None]], lines: int) -> Table:
    table = Table(title=f"Understanding, % of {lines} lines")
    table.add_column("language")
    for figure in FIGURES:
        table.add_column(figure.title, justify="right")
    for language, told in figures.items():
        values = ["-" if value is None else f"{100 * value:.1f}" for value in (told[figure.name] for figure in FIGURES)]
        table.add_row(language or "?", *values, style="bold" if language == ALL else None)
    return table

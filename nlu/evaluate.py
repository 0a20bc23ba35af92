"""Evaluation: how well messages are understood, by language and in all, worst language first.

Promise: every figure counts only the lines that can show it; a language without such lines shows none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
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
MOST_DROP = 0.02
# Two trainings that differ in nothing but the seed lie so far apart on one language: 174-348 entry lines, 42-70 crises.
CHANCE = {"top_1": 0.02, "top_3": 0.02, "crisis_recall": 0.06}
Figures = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Case:
    """A message with what it means; the entry beside it where a near miss or a crisis also asks one."""

    id: str
    text: str
    language: str
    also: str = ""
    style: str = ""


@dataclass(frozen=True)
class Read:
    """A case, what was understood, and the language found when it was not told."""

    case: Case
    told: Understanding
    language: str


@dataclass(frozen=True)
class Figure:
    """A share of the lines that `counts` picks; `better` is +1 when more is better; a `held` one may not drop."""

    name: str
    title: str
    counts: Callable[[Read], bool]
    holds: Callable[[Read], bool]
    better: int = 1
    held: bool = False


def crisis(read: Read) -> bool:
    return read.case.id.startswith("crisis/")


def entry(read: Read) -> bool:
    return is_entry(read.case.id)


def dialogue(read: Read) -> bool:
    return "/" not in read.case.id and read.case.id not in (NEAR_MISS, OUT_OF_SCOPE)


def first_entry(told: Understanding) -> str:
    """The entry in the first place; that of a crisis with a question beside it is the entry named."""
    return told.entry or told.id


FIGURES = (
    Figure("top_1", "right first", entry, lambda read: first_entry(read.told) == read.case.id, held=True),
    Figure("top_3", "in first 3", entry, lambda read: read.case.id in [one.id for one in read.told.ranking[:3]], held=True),
    Figure("wrong", "answered wrongly", entry, lambda read: read.told.outcome == ANSWER and read.told.id != read.case.id, -1),
    Figure("answered", "answered at once", entry, lambda read: read.told.outcome == ANSWER),
    Figure("crisis_recall", "crisis found", crisis, lambda read: read.told.outcome == CRISIS, held=True),
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


def evaluate(settings: Settings, files: Sequence[Path]) -> list[Read]:
    """Read the cases of all files with the trained model."""
    cases = [case for file in files for case in read_cases(file)]
    return read_all(Reader.load(settings.models_dir / MODEL_FILE), cases)


def dropped(figures: Figures, floor: Figures) -> list[str]:
    """A line for each held figure worse than in `floor` by more than two points; for one language, beyond chance too."""
    lines = []
    for language in sorted(figures.keys() & floor.keys()):
        for figure in FIGURES:
            now, before = figures[language][figure.name], floor[language].get(figure.name)
            most = MOST_DROP + (0 if language == ALL else CHANCE.get(figure.name, 0))
            if figure.held and now is not None and before is not None and before - now > most:
                lines.append(f"{language}: {figure.title} {100 * now:.1f} %, was {100 * before:.1f} %")
    return lines


def read_cases(file: Path) -> list[Case]:
    """Lines {"id", "text", "lang", "also", "style"}; without "lang", the language the file is named after.

    Raises ClickException naming the line that is none.
    """
    cases = []
    named = file.stem if file.stem in LANGUAGES else ""
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            extras = (str(told.get(name) or "") for name in ("also", "style"))
            cases.append(Case(told["id"], str(told["text"]), str(told.get("lang") or named), *extras))
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


def measure(reads: Sequence[Read], by: str = "language") -> Figures:
    """Figures by language (or style), the one with the fewest right first, then of all."""
    names = sorted({getattr(read.case, by) for read in reads})
    found = {name: shares(read for read in reads if getattr(read.case, by) == name) for name in names}
    ranked = sorted(found, key=lambda name: found[name]["top_1"] or 0.0)
    return {**{name: found[name] for name in ranked}, ALL: shares(reads)}


def shares(reads: Iterable[Read]) -> dict[str, float | None]:
    held = list(reads)
    return {figure.name: share([figure.holds(read) for read in held if figure.counts(read)]) for figure in FIGURES}


def share(holds: Sequence[bool]) -> float | None:
    return round(sum(holds) / len(holds), 4) if holds else None


def as_table(figures: Figures, lines: int) -> Table:
    table = Table(title=f"Understanding, % of {lines} lines")
    table.add_column("language")
    for figure in FIGURES:
        table.add_column(figure.title, justify="right")
    for language, told in figures.items():
        values = ["-" if value is None else f"{100 * value:.1f}" for value in (told[figure.name] for figure in FIGURES)]
        table.add_row(language or "?", *values, style="bold" if language == ALL else None)
    return table

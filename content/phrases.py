"""Phrases: the fixed sentences of the bot and the desk, out of the Babel catalogs in content/locale.

Promise: every phrase is said in the person's language, or else in English; never an empty message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.pofile import PoFileError, read_po

from content.model import FALLBACK_LANGUAGE, LANGUAGES, RIGHT_TO_LEFT, Problem

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
FIGURES = re.compile(r"([\u2066-\u2068]?)(\+?\d+(?:[ ./:-]+\d+)+|\+\d+|\d+ BE\b|\b[A-Z]{1,2}\+)")
BRUSSELS = ZoneInfo("Europe/Brussels")


class PhraseError(Exception):
    """A phrase that the code asks for stands in no catalog."""


class Phrases:
    """One domain of catalogs: `bot` or `desk`."""

    def __init__(self, catalogs: Mapping[str, Mapping[str, str]], problems: tuple[Problem, ...] = ()) -> None:
        self.catalogs = catalogs
        self.problems = problems

    def say(self, language: str, key: str, /, **values: object) -> str:
        """The phrase with its {values} filled in; values are isolated inside right-to-left sentences."""
        text = self.catalogs.get(language, {}).get(key) or self.catalogs[FALLBACK_LANGUAGE].get(key)
        if text is None:
            raise PhraseError(f"content/locale/{FALLBACK_LANGUAGE} has no phrase {key!r}")
        if not values:
            return text
        return text.format_map({name: isolate(language, str(value)) for name, value in values.items()})

    def missing(self) -> dict[str, set[str]]:
        """By language, the keys that the English catalog has and this one has not."""
        wanted = set(self.catalogs[FALLBACK_LANGUAGE])
        return {code: wanted - set(catalog) for code, catalog in self.catalogs.items() if wanted - set(catalog)}


def load_phrases(folder: Path, domain: str, languages: tuple[str, ...] = LANGUAGES) -> Phrases:
    """Read content/locale/<language>/<domain>.po for each language; a broken catalog is reported and left out."""
    catalogs: dict[str, Mapping[str, str]] = {FALLBACK_LANGUAGE: {}}
    problems: list[Problem] = []
    for code in languages:
        path = folder / "locale" / code / f"{domain}.po"
        try:
            catalogs[code] = read_catalog(path)
        except FileNotFoundError:
            problems.append(Problem(f"locale/{code}/{domain}.po", "", "is missing", "English is said instead", error=False))
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            problems.append(Problem(f"locale/{code}/{domain}.po", "", f"cannot be read: {error}", "see the lines around it"))
    return Phrases(catalogs, tuple(problems))


def read_catalog(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    return {str(one.id): str(one.string) for one in catalog if one.id and one.string and not one.fuzzy}


def isolate(language: str, value: str) -> str:
    """Wrap a value in isolates inside right-to-left text, so that `CPAS (02)` keeps its order."""
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if language in RIGHT_TO_LEFT and value else value


def isolate_figures(language: str, text: str) -> str:
    """Wrap `0800 32 123`, `2026-2027` and `F+` inside right-to-left text.

    Without it the groups of a number are shown in reverse order (Unicode bidirectional algorithm, rule W2 and N1), and
    somebody in danger dials a wrong number. What is isolated already stays as it is.
    """
    if language not in RIGHT_TO_LEFT:
        return text
    return FIGURES.sub(lambda found: found[0] if found[1] else f"{FIRST_STRONG_ISOLATE}{found[2]}{POP_ISOLATE}", text)


@lru_cache(maxsize=64)
def locale_for(language: str) -> Locale:
    """Babel's locale for a language, English where Babel has none."""
    try:
        return Locale.parse({"fa": "fa_AF", "ps": "ps_AF"}.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK_LANGUAGE)


def say_day(language: str, day: date) -> str:
    """A day in words, in the Gregorian calendar that Belgian offices use: `22 November 2026`."""
    return western_digits(format_date(day, "long", locale=locale_for(language)))


def say_clock(language: str, moment: datetime) -> str:
    """Hour and minutes in Brussels: `14:05`."""
    return western_digits(format_time(moment, "HH:mm", tzinfo=BRUSSELS, locale=locale_for(language)))


def say_weekday(language: str, moment: datetime) -> str:
    """Weekday and day in Brussels: `Monday, 23 November 2026`."""
    return western_digits(format_date(moment.astimezone(BRUSSELS), "full", locale=locale_for(language)))


def say_duration(language: str, duration: timedelta) -> str:
    """A length of time in its largest unit: `30 days`, `24 hours`."""
    unit: Literal["day", "hour", "minute"] = "day" if duration >= timedelta(days=2) else "hour"
    if duration < timedelta(hours=1):
        unit = "minute"
    return western_digits(format_timedelta(duration, granularity=unit, threshold=1000, locale=locale_for(language)))


WESTERN = {ord(digit): str(value) for zero in "٠۰" for value, digit in enumerate(chr(ord(zero) + n) for n in range(10))}


def western_digits(text: str) -> str:
    """The digits that stand on Belgian letters and cards, also in Arabic, Persian and Pashto."""
    return text.translate(WESTERN)

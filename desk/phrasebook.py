"""Phrase book: sentences that caseworkers send without a translator, with slots for days, hours and places.

Promise: the person gets the phrase in their language with days and hours as that language writes them, or the caseworker
is told beforehand in which language it goes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from content.model import FALLBACK_LANGUAGE
from content.phrases import BRUSSELS, isolate, say_clock, say_weekday
from desk.search import fold

logger = logging.getLogger(__name__)
LONGEST_SLOT = 200
ABOUT = ("slots", "reviewed")


class SlotError(Exception):
    """A slot is empty or not of its kind; `slot` names it."""

    def __init__(self, slot: str) -> None:
        super().__init__(slot)
        self.slot = slot


@dataclass(frozen=True)
class Phrase:
    """`slots`: kind (date, time, number, text) by name, in the order of the English sentence.

    reviewed: the languages in which a speaker has read the phrases.
    """

    key: str
    group: str
    texts: Mapping[str, str]
    slots: Mapping[str, str]
    reviewed: frozenset[str] = frozenset()

    def language_for(self, language: str) -> str:
        """The language it goes out in."""
        return language if language in self.texts else FALLBACK_LANGUAGE

    def unreviewed(self, language: str) -> bool:
        """True when no speaker has read what goes out for this language; English is where the others come from."""
        return self.language_for(language) not in self.reviewed | {FALLBACK_LANGUAGE}

    def text(self, language: str) -> str:
        return self.texts[self.language_for(language)]

    def outline(self, language: str) -> str:
        """The sentence with its slots left open: `I can see you on … at …`."""
        return self.text(language).format_map(dict.fromkeys(self.slots, "…"))

    def filled(self, language: str, values: Mapping[str, str]) -> str:
        """The sentence in this language with its slots formatted. Raises SlotError."""
        spoken = self.language_for(language)
        said = {name: say(kind, name, values.get(name, ""), spoken) for name, kind in self.slots.items()}
        return self.texts[spoken].format_map(said)


@dataclass(frozen=True)
class Phrasebook:
    phrases: Mapping[str, Phrase] = field(default_factory=dict)

    def groups(self, language: str, words: str = "") -> dict[str, list[Phrase]]:
        """The phrases by group; with words only those that hold them in the caseworker's language."""
        found: dict[str, list[Phrase]] = {}
        for phrase in self.phrases.values():
            said = " " + fold(phrase.outline(language))
            if all(f" {word}" in said for word in fold(words).split()):
                found.setdefault(phrase.group, []).append(phrase)
        return found


def load_phrasebook(path: Path) -> Phrasebook:
    """What could be read; a broken file is logged and gives an empty book, never an error at the desk."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        phrases = read_phrases(document)
        return Phrasebook({phrase.key: phrase for phrase in phrases})
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        logger.error("%s cannot be read, the desk has no phrases: %s", path, error)
        return Phrasebook()


def read_phrases(document: Mapping[str, Any]) -> Iterator[Phrase]:
    kinds: dict[str, str] = document["slots"]
    reviewed = frozenset(document.get("reviewed") or {})
    for group, phrases in document.items():
        if group in ABOUT:
            continue
        for key, texts in phrases.items():
            slots = {name: kinds[name] for name in slots_of(texts[FALLBACK_LANGUAGE])}
            same = {code: text for code, text in texts.items() if set(slots_of(text)) == set(slots)}
            yield Phrase(f"{group}.{key}", group, same, slots, reviewed)


def slots_of(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def say(kind: str, slot: str, value: str, language: str) -> str:
    """One value as this language writes it."""
    try:
        if kind == "date":
            return isolate(language, say_weekday(language, datetime.combine(date.fromisoformat(value), time(12), BRUSSELS)))
        if kind == "time":
            return isolate(language, say_clock(language, datetime.combine(date.today(), time.fromisoformat(value), BRUSSELS)))
        if kind == "number":
            return isolate(language, str(int(value)))
    except ValueError as error:
        raise SlotError(slot) from error
    if not value.strip():
        raise SlotError(slot)
    return isolate(language, value.strip()[:LONGEST_SLOT])

"""Danger: recognises a cry for help while Rasa is down.

Promise: small and dumb enough never to fail. It is not asked while understanding works: it would raise false alarms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from content.model import Content

FILE = "crisis_words.yml"


class DangerError(Exception):
    """content/crisis_words.yml is missing or not of the right form."""


class Danger:
    """Finds the words of content/crisis_words.yml, and messages that are an example of content/crisis word for word."""

    def __init__(self, words: Mapping[str, tuple[str, ...]], examples: Mapping[str, str]) -> None:
        self.patterns = {crisis: pattern(ones) for crisis, ones in words.items() if ones}
        self.examples = examples

    def look(self, text: str) -> str | None:
        """The id of the crisis, None where nothing is found."""
        folded = fold(text)
        if folded in self.examples:
            return self.examples[folded]
        return next((crisis for crisis, one in self.patterns.items() if one.search(folded)), None)


def open_danger(folder: Path, content: Content) -> Danger:
    """Raises DangerError."""
    try:
        stored = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        words = {str(crisis): words_of(by_language) for crisis, by_language in stored.items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise DangerError(f"{folder / FILE} cannot be read as `crisis/kind:` with lists by language: {error}") from error
    examples = {
        fold(question): crisis.id
        for crisis in content.crises.values()
        for text in crisis.texts.values()
        for question in text.questions
    }
    return Danger(words, examples)


def words_of(by_language: Mapping[str, list[Any]]) -> tuple[str, ...]:
    return tuple(fold(str(one)) for ones in by_language.values() for one in ones)


def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(one) for one in words if one) + ")")


def fold(text: str) -> str:
    """Lower case without accents, vowel signs and apostrophes, single spaces."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"['’ʼ`\u200c\u200d\u0640]", "", plain).split())

"""Patterns: words that mean danger whatever the ranker thinks, or that something went wrong; editors add them in YAML.

Promise: what a pattern names is raised, and the ranker learns from every phrase. Whether a message without such words
is a crisis the ranker says (decide.py). The files: crisis_patterns.yml, trouble_patterns.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.examples import Example, is_crisis
from nlu.normalise import normalise

GAP = r"(?: \S+){0,3} "
PATTERNS = Path(__file__).with_name("crisis_patterns.yml")
TROUBLE = Path(__file__).with_name("trouble_patterns.yml")


class PatternError(ValueError):
    """crisis_patterns.yml is not of the right form."""


@dataclass(frozen=True)
class Patterns:
    """One expression a kind of danger, and the words beside which none counts."""

    always: Mapping[str, re.Pattern[str]]
    unless: re.Pattern[str] | None

    @classmethod
    def read(cls, path: Path = PATTERNS) -> Patterns:
        """Raises PatternError naming the place."""
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(told, dict):
            raise PatternError(f"{path.name}: must hold `crisis/kind:` groups")
        groups = {kind: [line for _, line in phrases(path.name, kind, told[kind])] for kind in told}
        unless = groups.pop("unless", [])
        return cls({kind: joined(group) for kind, group in groups.items() if group}, joined(unless) if unless else None)

    def find(self, sentences: Sequence[str]) -> str | None:
        """What a normalised sentence names (a crisis, `trouble`), or None."""
        for sentence in sentences:
            if self.unless and self.unless.search(sentence):
                continue
            for kind, pattern in self.always.items():
                if pattern.search(sentence):
                    return kind
        return None


def spoken(path: Path) -> Iterator[Example]:
    """Every phrase as something a person says: the ranker learns from them too."""
    told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for kind in filter(is_crisis, told):
        for language, line in phrases(path.name, kind, told[kind]):
            yield Example(line.replace("*", "").replace("...", " "), kind, language)


def phrases(file: str, kind: str, languages: Any) -> Iterator[tuple[str, str]]:
    """Each with its language."""
    if not isinstance(languages, dict):
        raise PatternError(f"{file}: {kind}: must hold one list a language")
    for language, lines in languages.items():
        if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
            raise PatternError(f"{file}: {kind}: {language}: must be a list of texts; put each in quotes")
        yield from ((language, line) for line in lines)


def joined(lines: Sequence[str]) -> re.Pattern[str]:
    """One expression for all phrases; `...` stands for up to three words, `*` for any ending or one word."""
    parts = sorted({GAP.join(map(expression, line.split("..."))) for line in lines}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def expression(phrase: str) -> str:
    return " ".join(re.escape(word).replace(r"\*", r"\w*") for word in normalise(phrase).split())

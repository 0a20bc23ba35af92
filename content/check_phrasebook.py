"""Checks of the phrase book: every phrase in every language, with the slots of its English sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from content.model import FALLBACK_LANGUAGE, LANGUAGES, Problem

FILE = "phrasebook.yml"
KINDS = ("date", "time", "number", "text")
ABOUT = ("slots", "reviewed")


def check_phrasebook(folder: Path) -> Iterator[Problem]:
    """Problems of content/phrasebook.yml; a folder without one has none."""
    try:
        document = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield Problem(FILE, "", f"cannot be read: {error}", "see the lines around it")
        return
    if not isinstance(document, dict) or not isinstance(document.get("slots"), dict):
        yield Problem(FILE, "slots", "is missing", f"name each slot and its kind: {' '.join(KINDS)}")
        return
    kinds = document["slots"]
    for name, kind in kinds.items():
        if kind not in KINDS:
            yield Problem(FILE, f"slots.{name}", f"{kind} is no kind of slot", f"one of {' '.join(KINDS)}")
    yield from check_reviewed(document.get("reviewed") or {})
    for group, phrases in document.items():
        if group not in ABOUT:
            yield from check_group(str(group), phrases, kinds)


def check_reviewed(reviewed: Any) -> Iterator[Problem]:
    named = reviewed.items() if isinstance(reviewed, dict) else [(reviewed, None)]
    for language, name in named:
        if language not in LANGUAGES or not isinstance(name, str) or not name.strip():
            advice = "write `fr: name of the speaker who reviewed the French phrases`"
            yield Problem(FILE, f"reviewed.{language}", "is no language with a speaker's name", advice)


def check_group(group: str, phrases: Any, kinds: Mapping[str, str]) -> Iterator[Problem]:
    if not isinstance(phrases, dict):
        yield Problem(FILE, group, "is no group of phrases", "write `key:` and below it one line a language")
        return
    for key, texts in phrases.items():
        if isinstance(texts, dict) and isinstance(texts.get(FALLBACK_LANGUAGE), str):
            yield from check_phrase(f"{group}.{key}", texts, kinds)
        else:
            yield Problem(FILE, f"{group}.{key}.{FALLBACK_LANGUAGE}", "is missing", "the other languages are made from it")


def check_phrase(place: str, texts: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[Problem]:
    wanted = slots(texts[FALLBACK_LANGUAGE])
    for name in sorted(wanted - kinds.keys()):
        yield Problem(FILE, place, f"{{{name}}} has no kind", "add it to `slots`")
    for language in LANGUAGES:
        text = texts.get(language)
        if not isinstance(text, str) or not text.strip():
            yield Problem(FILE, f"{place}.{language}", "is missing", "translate it; English is sent instead")
        elif slots(text) != wanted:
            what = f"has slots {sorted(slots(text))}, English {sorted(wanted)}"
            yield Problem(FILE, f"{place}.{language}", what, "keep the names in braces as they are")
    for language in sorted(set(map(str, texts)) - set(LANGUAGES)):
        yield Problem(FILE, f"{place}.{language}", "is no language of ours", f"one of {' '.join(LANGUAGES)}")


def slots(text: str) -> set[str]:
    """Names in braces; a broken brace is a slot of its own, so that it never equals the source."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"a broken brace"}

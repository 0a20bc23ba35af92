"""Check: every breach of content/README.md that a program can find.

Promise: all problems at once, each with file, place, what is wrong and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from string import Formatter

from content.check_phrasebook import check_phrasebook
from content.check_questions import check_questions
from content.check_texts import check_text
from content.load import source_hash
from content.model import LANGUAGES, Content, Entry, Problem, Service
from content.phrases import Phrases, load_phrases

DESK_LANGUAGES = ("nl", "fr", "de", "en")


def check_content(content: Content, folder: Path, today: date | None = None) -> list[Problem]:
    """Problems of entries, crises, services, questions and phrases; those of reading are in `content.problems`."""
    problems: list[Problem] = []
    for entry in content.entries.values():
        problems += check_entry(entry, content, today or date.today())
    for crisis in content.crises.values():
        problems += check_crisis(crisis, content)
    for service in content.services.values():
        problems += check_service(service, content)
    problems += check_questions(content, folder)
    problems += check_phrases("bot", load_phrases(folder, "bot"))
    problems += check_phrases("desk", load_phrases(folder, "desk", DESK_LANGUAGES))
    problems += check_phrasebook(folder)
    return problems


def check_entry(entry: Entry, content: Content, today: date) -> Iterator[Problem]:
    file = f"faq/{entry.id}/entry.yml"
    if entry.source_text is None or not entry.source_text.answer:
        yield Problem(f"faq/{entry.id}/{entry.source_language}.yml", "answer", "is missing in the source language", "write it")
        return
    if not entry.sources:
        yield Problem(file, "sources", "is empty", "every rule in an answer has a source")
    if entry.verified_on is None:
        yield Problem(file, "verified_on", "is missing", "the day the answer was compared with its sources")
    if entry.review_by is None or entry.review_by < today:
        yield Problem(file, "review_by", f"is over ({entry.review_by})", "compare with the sources, set a new day", error=False)
    yield from unknown(file, "services", entry.services, content.services)
    yield from unknown(file, "related", entry.related, content.entries)
    for language in LANGUAGES:
        yield from check_language(entry, language)


def check_language(entry: Entry, language: str) -> Iterator[Problem]:
    file = f"faq/{entry.id}/{language}.yml"
    text, source = entry.texts.get(language), entry.source_text
    if text is None or not text.answer or source is None:
        yield Problem(file, "answer", "is missing", "translate it from the source language", error=False)
        return
    if language != entry.source_language:
        if text.translation is None:
            yield Problem(file, "translation", "is missing", "say who translated it; `wegwijs content stamp` adds the hash")
        elif text.translation.of != source_hash(source):
            yield Problem(
                file, "translation", "is of an older source text", "compare, then `wegwijs content stamp`", error=False
            )
    yield from check_text(file, text, source)


def check_crisis(crisis: Entry, content: Content) -> Iterator[Problem]:
    yield from unknown(f"{crisis.id}/entry.yml", "services", crisis.services, content.services)
    for language in LANGUAGES:
        text = crisis.texts.get(language)
        if text is None or not text.answer:
            yield Problem(f"{crisis.id}/{language}.yml", "answer", "is missing", "a crisis must be answered in every language")
        elif crisis.source_text:
            yield from check_text(f"{crisis.id}/{language}.yml", text, crisis.source_text, answer_limit=700, word_limits=None)


def check_service(service: Service, content: Content) -> Iterator[Problem]:
    file = f"services/{service.id}.yml"
    if not service.name or not service.does.get("en"):
        yield Problem(file, "name, does", "is missing", "say what the organisation is called and does")
    if service.checked and service.source is None:
        yield Problem(file, "source", "is missing", "name the page that was read, or set `checked: false`")
    if not service.contact:
        yield Problem(file, "contact", "is empty", "give at least the website", error=False)
    topics = {entry.topic for entry in content.entries.values()}
    yield from unknown(file, "topics", service.topics, topics | content.entries.keys())


def unknown(file: str, place: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    for name in sorted(set(names) - set(known)):
        yield Problem(file, place, f"{name} does not exist", "correct the name or write it", error=place != "services")


def check_phrases(domain: str, phrases: Phrases) -> Iterator[Problem]:
    yield from phrases.problems
    source = phrases.catalogs["en"]
    for language, keys in phrases.missing().items():
        for key in sorted(keys):
            yield Problem(f"locale/{language}/{domain}.po", key, "is missing", "translate it; English is said instead")
    for language, catalog in phrases.catalogs.items():
        for key, words in catalog.items():
            if key in source and slots(words) != slots(source[key]):
                yield Problem(f"locale/{language}/{domain}.po", key, f"has other {{slots}} than English: {slots(source[key])}")


def slots(words: str) -> set[str]:
    """Names in braces; a broken brace is a slot of its own, so that it never equals the source."""
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError:
        return {"a broken brace"}

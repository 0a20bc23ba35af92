"""Checks of the questions: enough of them, none twice, none that stands in the development test."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from content.model import LANGUAGES, Content, Entry, Problem

QUESTIONS_WANTED = 40
WORDS_APART = 4
LONG_ENOUGH = 8
MARKS = re.compile(r"[^\w\s]+")


def check_questions(content: Content, folder: Path) -> Iterator[Problem]:
    """Too few, equal across or within entries, near-equal within an entry, equal to a line of nlu/devset."""
    kinds = (("faq/", content.entries), ("", content.crises), ("dialogue/", content.dialogue))
    entries = [(f"{prefix}{entry.id}", entry) for prefix, known in kinds for entry in known.values()]
    for language in LANGUAGES:
        tests = read_tests(folder.parent / "nlu" / "devset" / f"{language}.jsonl")
        seen: dict[str, str] = {}
        for path, entry in entries:
            yield from check_entry_questions(f"{path}/{language}.yml", entry, language, seen, tests)


def check_entry_questions(
    file: str, entry: Entry, language: str, seen: dict[str, str], tests: frozenset[str]
) -> Iterator[Problem]:
    text = entry.texts.get(language)
    questions = text.questions if text else ()
    if file.startswith("faq/") and len(questions) < QUESTIONS_WANTED:
        yield Problem(file, "questions", f"are {len(questions)}, wanted {QUESTIONS_WANTED}", "write more", error=False)
    for place, question in enumerate(questions, 1):
        plain = normal(question)
        if not plain:
            yield Problem(file, f"questions {place}", "has no words", "write a question or take it out")
        elif plain in seen:
            yield Problem(file, f"questions {place}", f"stands also in {seen[plain]}", "keep it where it belongs")
        elif plain in tests:
            yield Problem(file, f"questions {place}", "stands in the development test", "take it out: a test never trains")
        seen.setdefault(plain, file)
    for first, second in near_pairs([normal(question).split() for question in questions]):
        what = f"is within {WORDS_APART} words of questions {first + 1}"
        yield Problem(file, f"questions {second + 1}", what, "say it in other words", error=False)


def near_pairs(questions: Sequence[list[str]]) -> Iterator[tuple[int, int]]:
    """Pairs of long questions that differ in fewer than four words; candidates share rare words, so few are compared."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(questions):
        if len(words) < LONG_ENOUGH:
            continue
        shared: dict[int, int] = defaultdict(int)
        for word in set(words):
            for other in holders[word]:
                shared[other] += 1
            holders[word].append(place)
        for other, count in shared.items():
            if count > len(set(words)) - WORDS_APART and word_distance(questions[other], words) < WORDS_APART:
                yield other, place


def word_distance(first: list[str], second: list[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(second) + 1))
    for place, word in enumerate(first, 1):
        before, row[0] = row[0], place
        for column, other in enumerate(second, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


def normal(question: str) -> str:
    """Lower case, without punctuation and double blanks."""
    return " ".join(MARKS.sub(" ", question.casefold()).split())


def read_tests(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    return frozenset(normal(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines() if line)

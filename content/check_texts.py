"""Checks of one text against the source: lengths, regions, numbers, addresses, script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from content.model import REGIONS, STATUSES, Problem, Text
from content.phrases import western_digits

TITLE_LIMIT = 40
ANSWER_LIMIT = 900
GOES_WRONG_LIMIT = 500
WORD_LIMITS = (40, 120)
SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ps": "ARABIC", "ti": "ETHIOPIC", "uk": "CYRILLIC", "ru": "CYRILLIC"}
OWN_SCRIPT_SHARE = 0.55
NUMBER = re.compile(r"\d+")
ADDRESS = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:be|eu|org|com|net|int|brussels|vlaanderen)\b(?:/[\w/.-]*\w)?", re.ASCII | re.I)


def check_text(
    file: str,
    text: Text,
    source: Text,
    answer_limit: int = ANSWER_LIMIT,
    word_limits: tuple[int, int] | None = WORD_LIMITS,
) -> Iterator[Problem]:
    """Problems of `text` alone and beside its source (which may be itself)."""
    yield from check_lengths(file, text, answer_limit)
    if text is source and word_limits and not word_limits[0] <= (words := len(text.answer.split())) <= word_limits[1]:
        yield Problem(file, "answer", f"is {words} words, wanted {word_limits[0]}-{word_limits[1]}", "", error=False)
    yield from check_keys(file, text, source)
    yield from check_script(file, text)
    if text is not source:
        yield from check_same_facts(file, text, source)


def check_lengths(file: str, text: Text, answer_limit: int) -> Iterator[Problem]:
    if not text.title:
        yield Problem(file, "title", "is missing", "a button needs a label")
    if len(text.title) > TITLE_LIMIT:
        yield Problem(file, "title", f"is {len(text.title)} characters, at most {TITLE_LIMIT}", "shorten it")
    longest = [max((len(words) for words in group.values()), default=0) for group in (text.by_region, text.by_status)]
    length = len(text.answer) + sum(longest)
    if length > answer_limit:
        what = f"with its longest region and status is {length} characters, at most {answer_limit}"
        yield Problem(file, "answer", what, "shorten the words, not the facts")
    if len(text.goes_wrong) > GOES_WRONG_LIMIT:
        yield Problem(file, "goes_wrong", f"is {len(text.goes_wrong)} characters, at most {GOES_WRONG_LIMIT}", "shorten it")


def check_keys(file: str, text: Text, source: Text) -> Iterator[Problem]:
    for place, mine, theirs, known in (
        ("by_region", text.by_region, source.by_region, REGIONS),
        ("by_status", text.by_status, source.by_status, STATUSES),
    ):
        for name in sorted(mine.keys() - set(known)):
            yield Problem(file, place, f"{name} does not exist", f"one of {' '.join(known)}")
        if mine.keys() != theirs.keys():
            yield Problem(file, place, f"has {sorted(mine)}, the source text {sorted(theirs)}", "write the same ones")
    if bool(text.goes_wrong) != bool(source.goes_wrong):
        yield Problem(file, "goes_wrong", "is there in one of source and translation only", "write it in both or in none")


def check_script(file: str, text: Text) -> Iterator[Problem]:
    script = SCRIPTS.get(text.language, "LATIN")
    counts = Counter(unicodedata.name(one, "?").partition(" ")[0] for one in text.answer if one.isalpha())
    if counts and counts[script] < OWN_SCRIPT_SHARE * sum(counts.values()):
        yield Problem(file, "answer", f"is mostly not in {script.lower()} letters", f"write it in {text.language}")


def check_same_facts(file: str, text: Text, source: Text) -> Iterator[Problem]:
    """Numbers and web addresses are the same in every language, field by field."""
    for place, mine, theirs in field_pairs(text, source):
        if numbers(mine) != numbers(theirs):
            only_here, only_there = numbers(mine) - numbers(theirs), numbers(theirs) - numbers(mine)
            what = f"has other numbers than the source: here {list(only_here)}, there {list(only_there)}"
            yield Problem(file, place, what, "write the same figures in digits")
        if addresses(mine) != addresses(theirs):
            what = f"has other addresses than the source: {sorted(addresses(mine) ^ addresses(theirs))}"
            yield Problem(file, place, what, "write the same addresses")


def field_pairs(text: Text, source: Text) -> Iterator[tuple[str, str, str]]:
    yield "answer", text.answer, source.answer
    yield "goes_wrong", text.goes_wrong, source.goes_wrong
    for place, mine, theirs in (
        ("by_region", text.by_region, source.by_region),
        ("by_status", text.by_status, source.by_status),
    ):
        for name in mine.keys() & theirs.keys():
            yield f"{place}.{name}", mine[name], theirs[name]


def numbers(words: str) -> Counter[str]:
    """Groups of digits; what parts thousands is left out, for languages write 1.000, 1,000 and 1 000."""
    return Counter(NUMBER.findall(re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", western_digits(words))))


def addresses(words: str) -> set[str]:
    return {one.lower() for one in ADDRESS.findall(words)}

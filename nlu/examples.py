"""Examples: every utterance of content/ with what it means; all that anything in this room is trained on.

Promise: a question lives in one place only, the editor's YAML file; this is its only reader for training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.model import Content, Entry

NEAR_MISS, OUT_OF_SCOPE = "near_miss", "out_of_scope"
HELD_OUT_EVERY = 5


@dataclass(frozen=True)
class Example:
    """What somebody wrote; `id` is an id of content/ or `near_miss`, `language` empty for words of any language."""

    text: str
    id: str
    language: str
    place: int = 0

    @property
    def held_out(self) -> bool:
        """True for the fifth on which confidences are set (same place in every language: the same situations)."""
        return self.place % HELD_OUT_EVERY == HELD_OUT_EVERY - 1


def examples(content: Content) -> list[Example]:
    """All utterances: entries, crises, dialogue, then sentences that only sound like a danger, then the answers.

    An answer holds words that people use too: each of its parts as one more example adds about one right in a hundred.
    """
    found = [
        example
        for group in (content.entries, content.crises, content.dialogue)
        for entry in group.values()
        for example in of_entry(entry)
    ]
    for language, texts in content.near_misses.items():
        found += [Example(text, NEAR_MISS, language, place) for place, text in enumerate(texts)]
    if not found:
        return []
    return found + [answer for entry in content.entries.values() for answer in answers(entry)]


def of_entry(entry: Entry) -> Iterator[Example]:
    for language, text in entry.texts.items():
        questions = list(text.questions)
        if text.title and questions and not is_crisis(entry.id):
            yield Example(text.title, entry.id, language)
        for place, question in enumerate(questions):
            yield Example(question, entry.id, language, place)
    for keyword in entry.keywords:
        yield Example(keyword, entry.id, "")


def answers(entry: Entry) -> Iterator[Example]:
    for language, text in entry.texts.items():
        for part in (text.answer, text.goes_wrong, *text.by_region.values(), *text.by_status.values()):
            if part:
                yield Example(f"{text.title} {part}", entry.id, language)


def topic(identifier: str) -> str:
    """`housing` of `housing/lease`, `crisis` of `crisis/suicide`, empty for a dialogue id."""
    return identifier.rpartition("/")[0]


def is_crisis(identifier: str) -> bool:
    return identifier.startswith("crisis/")


def is_entry(identifier: str) -> bool:
    """True for an FAQ entry: neither a crisis nor a dialogue id."""
    return "/" in identifier and not is_crisis(identifier)


def held_out(told: Sequence[Example]) -> list[int]:
    return [place for place, example in enumerate(told) if example.held_out]

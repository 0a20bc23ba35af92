"""Search: finds FAQ entries by words in the caseworker's language.

Promise: every word asked for is found in the entry, whatever its case and accents; titles count most.
"""

from __future__ import annotations

import unicodedata

from content.model import FALLBACK_LANGUAGE, Content, Entry

FOUND_AT_MOST = 8


class Search:
    """Folds each language's texts once."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.folded: dict[str, dict[str, tuple[tuple[int, str], ...]]] = {}

    def entries(self, words: str, language: str, at_most: int = FOUND_AT_MOST) -> list[Entry]:
        """Best first; empty for no words."""
        tokens = fold(words).split()
        if not tokens:
            return []
        places = self.places(language)
        scores = {entry_id: score(tokens, fields) for entry_id, fields in places.items()}
        best = sorted((entry_id for entry_id, points in scores.items() if points), key=lambda one: -scores[one])
        return [self.content.entries[entry_id] for entry_id in best[:at_most]]

    def places(self, language: str) -> dict[str, tuple[tuple[int, str], ...]]:
        if language not in self.folded:
            self.folded[language] = {entry.id: fields_of(entry, language) for entry in self.content.entries.values()}
        return self.folded[language]


def fields_of(entry: Entry, language: str) -> tuple[tuple[int, str], ...]:
    """Weight and folded text of all that may be found."""
    found = [(4, " ".join([*entry.keywords, entry.id.replace("_", " ").replace("/", " ")]))]
    for code in dict.fromkeys((language, FALLBACK_LANGUAGE)):
        if text := entry.texts.get(code):
            found += [(6, text.title), (2, " ".join(text.questions)), (1, text.answer)]
    return tuple((weight, " " + fold(text)) for weight, text in found)


def score(tokens: list[str], fields: tuple[tuple[int, str], ...]) -> int:
    """0 when a word is nowhere; words count from their beginning."""
    points = [max((weight for weight, text in fields if f" {token}" in text), default=0) for token in tokens]
    return sum(points) if all(points) else 0


def fold(text: str) -> str:
    """Lower case without accents and punctuation."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())

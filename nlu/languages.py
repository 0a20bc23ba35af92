"""Languages: in which of ours a message is written, also when typed in Latin letters.

Promise: the language the person chose wins unless the message is clearly in another; a guess below one half never
switches anything. Script and letters decide what is possible, a linear model over the questions what is likely.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from content.model import FALLBACK_LANGUAGE
from nlu.linear import Array, Linear
from nlu.normalise import words

FILE = "languages.npz"
PENALTY = 0.3
SWITCH_AT = 0.9
SWITCH_WORDS = 3
GUESS_AT = 0.5
TRIAL_EVERY = 3
ENOUGH = 60_000  # texts: more of them tell languages apart no better
NATIVE_SHARE = 0.3
SCRIPTS = (("ti", 0x1200, 0x139F), ("ru uk", 0x0400, 0x052F), ("ar fa ps", 0x0600, 0x06FF), ("ar fa ps", 0xFB50, 0xFEFF))
OTHER_SCRIPTS = frozenset(name for names, _, _ in SCRIPTS for name in names.split())
LETTERS = {
    "uk": frozenset("іїєґІЇЄҐ"),
    "ru": frozenset("ыэёъЫЭЁЪ"),
    "ps": frozenset("ټډړښږڅځڼېۍګ"),
}
NOT_ARABIC = frozenset("پچژگ")


@dataclass(frozen=True)
class Guess:
    """A language with its probability; empty when the message has no letters."""

    language: str
    confidence: float


@dataclass(frozen=True)
class Languages:
    linear: Linear

    @classmethod
    def fit(cls, rows: csr_matrix, languages: Sequence[str], held_out: Sequence[int]) -> Languages:
        away = set(held_out)
        some = list(range(0, len(languages), 1 + len(languages) // ENOUGH))
        kept = [place for place in some if place not in away][::TRIAL_EVERY]

        def fit_on(places: Sequence[int]) -> Linear:
            return Linear.fit(rows[places], [languages[place] for place in places], PENALTY)

        if not held_out or {languages[place] for place in kept} != set(languages) or len(set(languages)) < 2:
            return cls(fit_on(some))
        with ThreadPoolExecutor(2) as pool:
            model, trial = pool.map(fit_on, (some, kept))
        sharpness = trial.sharpened(rows[list(held_out)], [languages[place] for place in held_out])
        return cls(replace(model, sharpness=sharpness))

    def guess(self, texts: Sequence[str], rows: csr_matrix) -> list[Guess]:
        """What each text as typed is written in."""
        told = self.linear.probabilities(rows)
        return [self.best(text, row) for text, row in zip(texts, told, strict=True)]

    def best(self, text: str, probabilities: Array) -> Guess:
        if not any(character.isalpha() for character in text):
            return Guess("", 0.0)
        allowed = possible(text)
        held = np.array([not allowed or label in allowed for label in self.linear.labels])
        if not held.any():
            return Guess(sorted(allowed)[0], 1 / len(allowed))
        among = np.where(held, probabilities, 0.0)
        place = int(among.argmax())
        return Guess(self.linear.labels[place], float(among[place] / max(among.sum(), 1e-12)))

    def save(self, folder: Path) -> None:
        self.linear.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Languages:
        return cls(Linear.load(folder / FILE))


def possible(text: str) -> frozenset[str]:
    """The languages the letters of a text allow; empty: any (Latin letters)."""
    letters = [character for character in text if character.isalpha()]
    for names, first, last in SCRIPTS:
        if sum(first <= ord(letter) <= last for letter in letters) > NATIVE_SHARE * len(letters):
            return narrowed(frozenset(names.split()), frozenset(letters))
    return frozenset()


def narrowed(names: frozenset[str], letters: frozenset[str]) -> frozenset[str]:
    certain = {name for name in names if LETTERS.get(name, frozenset()) & letters}
    if len(certain) == 1:
        return frozenset(certain)
    return names - {"ar"} if NOT_ARABIC & letters else names


def settled(guess: Guess, chosen: str | None, text: str) -> str:
    """The language to answer in: the chosen one unless the text is clearly another."""
    if not chosen:
        return guess.language or FALLBACK_LANGUAGE
    if not guess.language or guess.confidence < GUESS_AT:
        return chosen
    allowed = possible(text)
    if allowed and chosen not in allowed:
        return guess.language
    clear = guess.confidence >= SWITCH_AT and len(words(text)) >= SWITCH_WORDS
    return guess.language if clear else chosen

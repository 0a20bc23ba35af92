"""Ranker: how likely each entry, crisis and dialogue intent is meant. One model for all languages.

Promise: probabilities mean what they say on questions held back from training; a long message is judged by its best
sentence as well as by its whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from nlu.examples import is_entry, topic
from nlu.linear import Array, Linear

FILE = "ranker.npz"
PENALTY = 0.3
RANKED = 5
SENTENCE_SHARE = 0.4
FOLLOW_UP_WORDS = 7
FOLLOW_UP_RAISE = 4.0


@dataclass(frozen=True)
class Ranked:
    """An id with its probability."""

    id: str
    confidence: float


@dataclass(frozen=True)
class Ranker:
    linear: Linear

    @property
    def ids(self) -> tuple[str, ...]:
        return self.linear.labels

    @classmethod
    def fit(cls, rows: csr_matrix, ids: Sequence[str], held_out: Sequence[int]) -> Ranker:
        """Set the sharpness on the held-out rows with a model that has not seen them, then fit on all."""
        away = set(held_out)
        kept = [place for place in range(len(ids)) if place not in away]
        known = set(ids)
        sharpness = 1.0
        if held_out and {ids[place] for place in kept} == known and len(known) > 1:
            trial = Linear.fit(rows[kept], [ids[place] for place in kept], PENALTY)
            sharpness = trial.sharpened(rows[list(held_out)], [ids[place] for place in held_out])
        return cls(replace(Linear.fit(rows, ids, PENALTY), sharpness=sharpness))

    def probabilities(self, rows: csr_matrix, starts: Sequence[int]) -> Array:
        """One row for each message. Rows starts[i] .. starts[i + 1] are message i: its whole, then its sentences."""
        told = self.linear.probabilities(rows)
        return np.stack([together(told[start:end]) for start, end in zip(starts, starts[1:], strict=False)])

    def after(self, probabilities: Array, entry: str, words: int) -> Array:
        """The same for a short message that follows an answer: its topic is likelier."""
        if words > FOLLOW_UP_WORDS or not is_entry(entry):
            return probabilities
        raised = np.where([topic(one) == topic(entry) for one in self.ids], FOLLOW_UP_RAISE, 1.0) * probabilities
        return np.asarray(raised / raised.sum())

    def ranking(self, probabilities: Array, most: int = RANKED) -> list[Ranked]:
        """The likeliest first."""
        order = np.argsort(-probabilities, kind="stable")[:most]
        return [Ranked(self.ids[place], float(probabilities[place])) for place in order]

    def save(self, folder: Path) -> None:
        self.linear.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        return cls(Linear.load(folder / FILE))


def together(told: Array) -> Array:
    """The whole message and its surest sentence as one."""
    whole, parts = told[0], told[1:]
    if not len(parts):
        return np.asarray(whole)
    surest = parts[parts.max(axis=1).argmax()]
    return np.asarray((1 - SENTENCE_SHARE) * whole + SENTENCE_SHARE * surest)

"""Ranker: how likely each entry, crisis, near miss and dialogue id is meant.

Promise: two voices (a linear model of the language, a network of all languages) speak as one probability. What there are few
examples of (dialogue, out of scope, dangers) is raised by its kind's `RAISES`, so that it is as likely as people write it, not
as editors do.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from nlu.by_language import ByLanguage
from nlu.examples import NEAR_MISS, OUT_OF_SCOPE, is_crisis, is_entry, topic
from nlu.linear import Array, softmax
from nlu.network import Network

LINEAR_FILE, NETWORK_FILE = "ranker.npz", "network.npz"
PENALTY = 1.0
RANKED = 5
# Measured on messages by other authors than the training questions (nlu/README.md says how); they hold across languages.
LINEAR_SHARE = 4.6
NETWORK_SHARE = 0.77
RAISES = {"entry": 0.0, "crisis": 1.4, "near_miss": 0.9, "out_of_scope": 2.5, "dialogue": -0.8}
FOLLOW_UP_WORDS = 7
FOLLOW_UP_RAISE = 4.0


@dataclass(frozen=True)
class Ranked:
    """An id with its probability."""

    id: str
    confidence: float


@dataclass(frozen=True)
class Ranker:
    """Both voices know the same ids in the same order."""

    linear: ByLanguage
    network: Network

    @property
    def ids(self) -> tuple[str, ...]:
        return self.linear.labels

    @classmethod
    def fit(cls, rows: csr_matrix, ids: Sequence[str], languages: Sequence[str], spelt: int | None = None) -> Ranker:
        """`languages` may hold "" for an example of any language; the columns after the first `spelt` tell of sounds."""
        with ThreadPoolExecutor(1) as beside:
            network = beside.submit(Network.fit, rows[:, :spelt], ids)
            return cls(ByLanguage.fit(rows, ids, languages, PENALTY, spelt), network.result())

    def probabilities(self, rows: csr_matrix, languages: Sequence[str]) -> Array:
        """One row of probabilities (sum 1) for each message; the columns follow `ids`."""
        said = LINEAR_SHARE * self.linear.scores(rows, languages) + NETWORK_SHARE * np.log(
            self.network.probabilities(rows) + 1e-7
        )
        return softmax(said + np.array([RAISES[kind(one)] for one in self.ids]))

    def after(self, probabilities: Array, entry: str, words: int) -> Array:
        """The same for a short message that follows an answer: its topic is likelier."""
        if words > FOLLOW_UP_WORDS or not is_entry(entry):
            return probabilities
        raised = np.where([topic(one) == topic(entry) for one in self.ids], FOLLOW_UP_RAISE, 1.0) * probabilities
        return np.asarray(raised / raised.sum())

    def ranking(self, probabilities: Array) -> list[Ranked]:
        """All ids, the likeliest first."""
        order = np.argsort(-probabilities, kind="stable")
        return [Ranked(self.ids[place], float(probabilities[place])) for place in order]

    def save(self, folder: Path) -> None:
        self.linear.save(folder / LINEAR_FILE)
        self.network.save(folder / NETWORK_FILE)

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        return cls(ByLanguage.load(folder / LINEAR_FILE), Network.load(folder / NETWORK_FILE))


def kind(identifier: str) -> str:
    """The kind of an id, as in RAISES."""
    if is_crisis(identifier):
        return "crisis"
    if identifier in (NEAR_MISS, OUT_OF_SCOPE):
        return identifier
    return "entry" if is_entry(identifier) else "dialogue"

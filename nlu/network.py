"""Network: one hidden layer over the sparse rows; the second voice of the ranker, trained beside the linear one.

Promise: the same data give the same network; stored as plain numbers, the large layer in 19 steps a weight (a seventh
of the size when packed, the same answers). It learns in minutes without any downloaded weights: Adagrad over small batches,
features and hidden units dropped at random (Srivastava et al. 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from nlu.linear import Array, frequent, narrowed, softmax

HIDDEN = 256
BATCH = 128
AT_ONCE = 1536  # features moved together
EPOCHS = 3
LEAST_STEPS = 500
LEAST_TEXTS = 8  # features of fewer texts made the network larger, and no better
RATE = 0.04
START = 0.05
FEATURES_DROPPED = 0.1
HIDDEN_DROPPED = 0.3
LEVELS = 9  # steps a weight may take on either side of zero: with 15 the packed file is an eighth larger, and no better
RARE = 0.3  # a label with a tenth of the examples weighs 10 ** RARE = 2 times as much


@dataclass(frozen=True)
class Network:
    """Row (its columns `kept`) -> hidden = max(0, row x (inner x scales) + inner_bias) -> hidden x outer + outer_bias, a score
    for each label."""

    labels: tuple[str, ...]
    kept: Array
    inner: Array
    scales: Array
    inner_bias: Array
    outer: Array
    outer_bias: Array

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Sequence[str]) -> Network:
        names, right, counts = np.unique(np.array(labels), return_inverse=True, return_counts=True)
        weights = (1 / counts[right]) ** RARE
        kept = frequent(rows, LEAST_TEXTS)
        rows = rows[:, kept]
        learner = Learner.start(kept.size, len(names))
        with threadpool_limits(1):  # the linear model is fitted on the other core; waiting BLAS threads would slow both
            learner.learn(rows.astype(np.float32).tocsr(), right, (weights / weights.mean()).astype(np.float32))
        scales = np.maximum(np.abs(learner.inner).max(axis=1), 1e-6) / LEVELS
        inner = np.rint(learner.inner / scales[:, None]).astype(np.int8)
        told = tuple(str(name) for name in names)
        return cls(told, kept, inner, scales.astype(np.float32), learner.inner_bias, learner.outer, learner.outer_bias)

    def probabilities(self, rows: csr_matrix) -> Array:
        """One row of probabilities for each row; only the weights of features that occur leave their 8 bits."""
        met, narrow = narrowed(rows, self.kept)
        inner = self.inner[met].astype(np.float32) * self.scales[met, None]
        hidden = np.maximum(narrow @ inner + self.inner_bias, 0)
        return softmax(hidden @ self.outer + self.outer_bias)

    def save(self, path: Path) -> None:
        np.savez(
            path,
            labels=np.array(self.labels),
            kept=self.kept,
            inner=self.inner,
            scales=self.scales,
            inner_bias=self.inner_bias,
            outer=self.outer,
            outer_bias=self.outer_bias,
        )

    @classmethod
    def load(cls, path: Path) -> Network:
        with np.load(path, allow_pickle=False) as stored:
            labels = tuple(str(label) for label in stored["labels"])
            layers = ("kept", "inner", "scales", "inner_bias", "outer", "outer_bias")
            return cls(labels, *(stored[name] for name in layers))


@dataclass
class Learner:
    """The layers while they learn, and how much each has moved so far (Adagrad, Duchi et al. 2011)."""

    inner: Array
    inner_bias: Array
    outer: Array
    outer_bias: Array
    inner_moved: Array
    outer_moved: Array
    chance: np.random.Generator

    @classmethod
    def start(cls, features: int, labels: int) -> Learner:
        chance = np.random.default_rng(0)
        inner = chance.standard_normal((features, HIDDEN), dtype=np.float32) * np.float32(START)
        outer = chance.standard_normal((HIDDEN, labels), dtype=np.float32) / np.float32(np.sqrt(HIDDEN))
        return cls(
            inner=inner,
            inner_bias=np.zeros(HIDDEN, np.float32),
            outer=outer,
            outer_bias=np.zeros(labels, np.float32),
            inner_moved=np.full(features, 1e-4, np.float32),
            outer_moved=np.full_like(outer, 1e-4),
            chance=chance,
        )

    def learn(self, rows: csr_matrix, right: Array, weights: Array) -> None:
        """Some rounds over all rows in another order each, in ever smaller steps."""
        total = rows.shape[0]
        epochs = max(EPOCHS, -(-LEAST_STEPS * BATCH // total))
        for epoch in range(epochs):
            order = self.chance.permutation(total)
            rate = np.float32(RATE * (1 - epoch / epochs))
            for first in range(0, total, BATCH):
                batch = order[first : first + BATCH]
                self.step(rows[batch], right[batch], weights[batch], rate)

    def step(self, rows: csr_matrix, right: Array, weights: Array, rate: np.float32) -> None:
        """One batch: forward with parts dropped, then each layer a step against its slope."""
        rows.data *= self.mask(rows.data.size, FEATURES_DROPPED)
        hidden = rows @ self.inner + self.inner_bias
        passed = self.mask(hidden.shape, HIDDEN_DROPPED) * (hidden > 0)
        hidden *= passed
        error = softmax(hidden @ self.outer + self.outer_bias)
        error[np.arange(right.size), right] -= 1
        error *= weights[:, None]
        back = (error @ self.outer.T) * passed
        slope = hidden.T @ error
        self.outer_moved += slope**2
        self.outer -= rate * slope / np.sqrt(self.outer_moved)
        self.outer_bias -= rate / 10 * error.sum(axis=0)
        self.inner_bias -= rate / 10 * back.sum(axis=0)
        self.step_inner(rows, back, rate)

    def step_inner(self, rows: csr_matrix, back: Array, rate: np.float32) -> None:
        """Only the features of this batch move, so many at once as stay in the processor's cache."""
        met, places = np.unique(rows.indices, return_inverse=True)
        narrow = csr_matrix((rows.data, places.astype(np.int32), rows.indptr), shape=(rows.shape[0], met.size))
        by_feature = narrow.T.tocsr()
        for first in range(0, met.size, AT_ONCE):
            some = met[first : first + AT_ONCE]
            slope = by_feature[first : first + AT_ONCE] @ back
            self.inner_moved[some] += np.einsum("ij,ij->i", slope, slope) / HIDDEN
            slope *= (rate / np.sqrt(self.inner_moved[some]))[:, None]
            self.inner[some] -= slope

    def mask(self, shape: int | tuple[int, ...], dropped: float) -> Array:
        """Zero for the share that is dropped, a little more than one for the rest."""
        kept = self.chance.random(shape, dtype=np.float32) >= dropped
        return kept.astype(np.float32) / np.float32(1 - dropped)

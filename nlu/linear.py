"""Linear: one weight for each feature and label; the model under the ranker, the languages and the crisis detector.

Promise: stored as plain numbers (no pickle: a model file that was tampered with can give wrong
answers but cannot run code), in 8 bits a weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

Array = NDArray[Any]
TOLERANCE = 0.1
LEAST_TEXTS = 2  # a feature of one text says little: a fifth less to learn and keep
LEVELS = 63  # steps a weight may take on either side of zero: the packed file is smaller than with 127


@dataclass(frozen=True)
class Linear:
    """Scores of `labels`: (the columns `kept` of rows) x weights x scales + bias. `sharpness` turns scores into probabilities.

    weights: 8 bits each, a row for each kept column; only those of features that occur leave their 8 bits.
    """

    labels: tuple[str, ...]
    kept: Array
    weights: Array
    scales: Array
    bias: Array
    sharpness: float = 1.0

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Sequence[str], penalty: float) -> Linear:
        """One label against the rest (a linear support vector machine each); two labels are fitted as one."""
        names = tuple(sorted(set(labels)))
        kept = frequent(rows, LEAST_TEXTS)
        if len(names) == 1:
            return cls.packed(names, kept, np.zeros((kept.size, 1)), np.zeros(1))
        fitted = LinearSVC(C=penalty, tol=TOLERANCE, random_state=0).fit(rows[:, kept].astype(np.float64), np.array(labels))
        columns, bias = fitted.coef_.T, fitted.intercept_
        if len(names) == 2:
            columns, bias = np.hstack([-columns, columns]), np.concatenate([-bias, bias])
        return cls.packed(names, kept, columns, bias)

    @classmethod
    def packed(cls, labels: tuple[str, ...], kept: Array, weights: Array, bias: Array) -> Linear:
        scales = np.maximum(np.abs(weights).max(axis=0, initial=0), 1e-6) / LEVELS
        small = np.rint(weights / scales).astype(np.int8)
        return cls(labels, kept, small, scales.astype(np.float32), bias.astype(np.float32))

    def scores(self, rows: csr_matrix) -> Array:
        met, told = narrowed(rows, self.kept)
        return np.asarray(told @ (self.weights[met].astype(np.float32) * self.scales) + self.bias)

    def probabilities(self, rows: csr_matrix) -> Array:
        """One row of probabilities (sum 1) for each row; the columns follow `labels`."""
        return softmax(self.scores(rows) * self.sharpness)

    def sharpened(self, rows: csr_matrix, labels: Sequence[str]) -> float:
        """The sharpness that makes probabilities fit these held-out rows best (temperature scaling, Guo et al. 2017)."""
        scores = self.scores(rows)
        column = {label: place for place, label in enumerate(self.labels)}
        known = np.array([place for place, label in enumerate(labels) if label in column], dtype=int)
        if not known.size:
            return self.sharpness
        right = np.array([column[labels[place]] for place in known])

        def surprise(sharpness: float) -> float:
            told = softmax(scores[known] * sharpness)[np.arange(known.size), right]
            return float(-np.log(np.maximum(told, 1e-12)).mean())

        return float(minimize_scalar(surprise, bounds=(0.5, 30), method="bounded").x)

    def as_arrays(self) -> dict[str, Array]:
        """For numpy's savez."""
        return {
            "labels": np.array(self.labels),
            "kept": self.kept,
            "weights": self.weights,
            "scales": self.scales,
            "bias": self.bias,
            "sharpness": np.array(self.sharpness, np.float32),
        }

    @classmethod
    def from_arrays(cls, stored: Mapping[str, Array]) -> Linear:
        labels = tuple(str(label) for label in stored["labels"])
        return cls(labels, stored["kept"], stored["weights"], stored["scales"], stored["bias"], float(stored["sharpness"]))

    def save(self, path: Path) -> None:
        np.savez(path, **self.as_arrays())

    @classmethod
    def load(cls, path: Path) -> Linear:
        with np.load(path, allow_pickle=False) as stored:
            return cls.from_arrays(stored)


def frequent(rows: csr_matrix, least: int) -> Array:
    """The columns that at least so many rows have (fewer where there are fewer rows)."""
    return np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= min(least, rows.shape[0])).astype(np.int32)


def narrowed(rows: csr_matrix, kept: Array) -> tuple[Array, csr_matrix]:
    """Which of the kept columns occur (places in `kept`), and the rows over those alone."""
    if not kept.size:
        return np.zeros(0, np.int64), csr_matrix((rows.shape[0], 0), dtype=np.float32)
    place = np.minimum(np.searchsorted(kept, rows.indices), kept.size - 1)
    known = kept[place] == rows.indices
    before = np.concatenate(([0], np.cumsum(known)))
    met, narrow = np.unique(place[known], return_inverse=True)
    values = rows.data[known].astype(np.float32)
    return met, csr_matrix((values, narrow, before[rows.indptr]), shape=(rows.shape[0], met.size))


def softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))

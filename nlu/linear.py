"""Linear: one weight for each feature and label; the model under the ranker, the languages and the crisis detector.

Promise: fitted on two threads, stored as plain numbers (no pickle: a model file that was tampered with can give wrong
answers but cannot run code), in 8 bits a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

Array = NDArray[Any]
THREADS = 2
TOLERANCE = 0.02


@dataclass(frozen=True)
class Linear:
    """Scores of `labels`: rows x weights + bias. `sharpness` turns scores into probabilities."""

    labels: tuple[str, ...]
    weights: Array
    bias: Array
    sharpness: float = 1.0

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Sequence[str], penalty: float, weights: Array | None = None) -> Linear:
        """One label against the rest (a linear support vector machine each); two labels are fitted as one."""
        names = tuple(sorted(set(labels)))
        told = np.array(labels)
        wanted = names[1:] if len(names) == 2 else names
        rows = rows.astype(np.float64)

        def fit_one(name: str) -> LinearSVC:
            return LinearSVC(C=penalty, tol=TOLERANCE, random_state=0).fit(rows, told == name, sample_weight=weights)

        if len(names) == 1:
            return cls(names, np.zeros((rows.shape[1], 1), np.float32), np.zeros(1, np.float32))
        with ThreadPoolExecutor(THREADS) as pool:
            fitted = list(pool.map(fit_one, wanted))
        columns = np.stack([one.coef_[0] for one in fitted], axis=1)
        bias = np.array([one.intercept_[0] for one in fitted], np.float32)
        if len(names) == 2:
            columns, bias = np.hstack([-columns, columns]), np.concatenate([-bias, bias])
        return cls(names, np.ascontiguousarray(columns.astype(np.float32)), bias)

    def scores(self, rows: csr_matrix) -> Array:
        return np.asarray(rows @ self.weights + self.bias)

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

    def save(self, path: Path) -> None:
        scales = np.maximum(np.abs(self.weights).max(axis=0), 1e-6) / 127
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=np.rint(self.weights / scales).astype(np.int8),
            scales=scales.astype(np.float32),
            bias=self.bias,
            sharpness=np.float32(self.sharpness),
        )

    @classmethod
    def load(cls, path: Path) -> Linear:
        with np.load(path, allow_pickle=False) as stored:
            labels = tuple(str(label) for label in stored["labels"])
            return cls(labels, stored["weights"] * stored["scales"], stored["bias"], float(stored["sharpness"]))


def softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))

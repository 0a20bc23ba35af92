"""Features: a normalised text as one sparse row of weighted character n-grams and words.

Promise: the same text gives the same row in training, in a batch and in a conversation; the row knows no language.
Features are hashed, so that no vocabulary of a million strings stays in memory; only columns met in at least
two (characters) or three (words) training texts survive, renumbered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

from nlu.normalise import words

Array = NDArray[Any]
FILE = "features.npz"
Grams = Callable[[str], Iterator[str]]


def character_grams(normal: str, longest: int = 4) -> Iterator[str]:
    """Character n-grams inside words, each word padded with blanks (scikit-learn's `char_wb`)."""
    for word in normal.split():
        padded = f" {word} "
        for size in range(1, min(longest, len(padded)) + 1):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


def word_grams(normal: str) -> Iterator[str]:
    """Words and pairs of neighbouring words, the first and the last word as such, and how long the message is."""
    told = words(normal)
    yield from told
    yield from map(" ".join, zip(told, told[1:], strict=False))
    if told:
        yield f"^{told[0]}"
        yield f"{told[-1]}$"
        yield f"#{len(told).bit_length()}"


BUCKETS = 2**20
KINDS: dict[str, tuple[Grams, int]] = {"characters": (character_grams, 2), "words": (word_grams, 3)}


@dataclass(frozen=True)
class Block:
    """One kind of features: which buckets of the hash are kept, and the weight (inverse document frequency) of each."""

    kind: str
    kept: Array
    weights: Array

    @classmethod
    def fit(cls, kind: str, normals: Sequence[str]) -> Block:
        counts = hashed(kind, normals)
        texts = np.bincount(counts.indices, minlength=counts.shape[1])
        kept = np.flatnonzero(texts >= KINDS[kind][1]).astype(np.int32)
        weights = np.log((1 + len(normals)) / (1 + texts[kept])) + 1
        return cls(kind, kept, weights.astype(np.float32))

    def rows(self, normals: Sequence[str]) -> csr_matrix:
        """Rows of length 1 (or 0 when nothing is known): (1 + log count) x weight."""
        counts = hashed(self.kind, normals)
        place = np.searchsorted(self.kept, counts.indices)
        place[place == self.kept.size] = 0
        known = self.kept[place] == counts.indices if self.kept.size else np.zeros(place.size, dtype=bool)
        before = np.concatenate(([0], np.cumsum(known)))
        place = place[known]
        values = (1 + np.log(counts.data[known])) * self.weights[place]
        shape = (len(normals), max(1, self.kept.size))
        return normalize(csr_matrix((values, place, before[counts.indptr]), shape=shape), copy=False)


def hashed(kind: str, normals: Sequence[str]) -> csr_matrix:
    grams, _ = KINDS[kind]
    hasher = FeatureHasher(BUCKETS, input_type="string", alternate_sign=False, dtype=np.float32)
    return hasher.transform(grams(normal) for normal in normals)


@dataclass(frozen=True)
class Features:
    """All kinds side by side."""

    blocks: tuple[Block, ...]

    @classmethod
    def fit(cls, normals: Sequence[str]) -> Features:
        return cls(tuple(Block.fit(kind, normals) for kind in KINDS))

    @property
    def size(self) -> int:
        return sum(max(1, block.kept.size) for block in self.blocks)

    def rows(self, normals: Sequence[str]) -> csr_matrix:
        """One row of `size` columns for each normalised text."""
        if not normals:
            return csr_matrix((0, self.size), dtype=np.float32)
        return hstack([block.rows(normals) for block in self.blocks], format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        arrays = {f"{block.kind}.{name}": getattr(block, name) for block in self.blocks for name in ("kept", "weights")}
        np.savez(folder / FILE, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Features:
        with np.load(folder / FILE, allow_pickle=False) as stored:
            return cls(tuple(Block(kind, stored[f"{kind}.kept"], stored[f"{kind}.weights"]) for kind in KINDS))

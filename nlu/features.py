"""Features: a normalised text as one sparse row of weighted character n-grams, words and sounds.

Promise: the same text gives the same row in training, in a batch and in a conversation; the row knows no language.
Features are hashed, so that no vocabulary of a million strings stays in memory; only columns met in at least
two (characters, sounds) or three (words) training texts survive, renumbered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

from nlu.normalise import words
from nlu.sounds import sound_grams, sound_pairs

Array = NDArray[Any]
FILE = "features.npz"


def character_grams(word: str) -> Iterator[str]:
    """Character n-grams of two to four, the word padded with blanks (scikit-learn's `char_wb`)."""
    padded = f" {word} "
    for size in range(2, min(4, len(padded)) + 1):
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
MANY = 100  # texts
SOUNDS = "sounds"  # the last kind: who reads spelling only leaves off the end of a row


@dataclass(frozen=True)
class Kind:
    """Grams of each word alone (found once for a word, however often it stands in the texts), grams of whole texts, or both."""

    least_texts: int
    of_word: Callable[[str], Iterable[str]] | None = None
    of_texts: Callable[[Iterable[str]], Iterable[Iterable[str]]] | None = None


KINDS = {
    "characters": Kind(2, of_word=character_grams),
    "words": Kind(3, of_texts=lambda normals: map(word_grams, normals)),
    SOUNDS: Kind(2, of_word=sound_grams, of_texts=sound_pairs),
}


@dataclass(frozen=True)
class Block:
    """One kind of features: which buckets of the hash are kept, and the weight (inverse document frequency) of each."""

    kind: str
    kept: Array
    weights: Array

    @classmethod
    def fit(cls, kind: str, counts: csr_matrix) -> Block:
        texts = np.bincount(counts.indices, minlength=counts.shape[1])
        kept = np.flatnonzero(texts >= KINDS[kind].least_texts).astype(np.int32)
        weights = np.log((1 + counts.shape[0]) / (1 + texts[kept])) + 1
        return cls(kind, kept, weights.astype(np.float32))

    @property
    def size(self) -> int:
        return max(1, int(self.kept.size))

    def rows(self, counts: csr_matrix) -> csr_matrix:
        """Rows of length 1 (or 0 when nothing is known): (1 + log count) x weight."""
        place = np.searchsorted(self.kept, counts.indices)
        place[place == self.kept.size] = 0
        known = self.kept[place] == counts.indices if self.kept.size else np.zeros(place.size, dtype=bool)
        before = np.concatenate(([0], np.cumsum(known)))
        place = place[known]
        values = (1 + np.log(counts.data[known])) * self.weights[place]
        shape = (counts.shape[0], self.size)
        return normalize(csr_matrix((values, place, before[counts.indptr]), shape=shape), copy=False)


def hashed(kind: str, normals: Sequence[str]) -> csr_matrix:
    """How often each bucket occurs in each text."""
    grams, parts = KINDS[kind], []
    if grams.of_word:
        parts.append(of_words(grams.of_word, normals))
    if grams.of_texts:
        parts.append(buckets(grams.of_texts(normals), len(normals)))
    counts = sum(parts[1:], parts[0])
    counts.sort_indices()
    return counts


def of_words(grams: Callable[[str], Iterable[str]], normals: Sequence[str]) -> csr_matrix:
    """Few texts are counted as they are; of many, each word once, which is twice as fast."""
    if len(normals) < MANY:
        return buckets((chain.from_iterable(map(grams, normal.split())) for normal in normals), len(normals))
    told, vocabulary = word_counts(normals)
    return told @ buckets(map(grams, vocabulary), len(vocabulary))


def buckets(grams: Iterable[Iterable[str]], count: int) -> csr_matrix:
    if not count:
        return csr_matrix((0, BUCKETS), dtype=np.float32)
    hasher = FeatureHasher(BUCKETS, input_type="string", alternate_sign=False, dtype=np.float32)
    return hasher.transform(grams)


def word_counts(normals: Sequence[str]) -> tuple[csr_matrix, list[str]]:
    """A row for each text, a column for each word (what stands between blanks), and the words."""
    place: dict[str, int] = {}
    texts = [normal.split() for normal in normals]
    columns = [place.setdefault(word, len(place)) for text in texts for word in text]
    ends = np.cumsum([0, *map(len, texts)])
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns, ends), shape=(len(texts), len(place))), list(place)


@dataclass(frozen=True)
class Features:
    """All kinds side by side."""

    blocks: tuple[Block, ...]

    @classmethod
    def fit(cls, normals: Sequence[str]) -> Features:
        return cls.fit_rows(normals)[0]

    @classmethod
    def fit_rows(cls, normals: Sequence[str]) -> tuple[Features, csr_matrix]:
        """The rows of the very same texts, too: they are counted once."""
        counts = {kind: hashed(kind, normals) for kind in KINDS}
        features = cls(tuple(Block.fit(kind, counts[kind]) for kind in KINDS))
        return features, features.joined(counts)

    @property
    def size(self) -> int:
        return sum(block.size for block in self.blocks)

    @property
    def spelt(self) -> int:
        """So many columns tell how a text is spelt; those after them, how it sounds."""
        return sum(block.size for block in self.blocks if block.kind != SOUNDS)

    def rows(self, normals: Sequence[str]) -> csr_matrix:
        """One row of `size` columns for each normalised text."""
        if not normals:
            return csr_matrix((0, self.size), dtype=np.float32)
        return self.joined({kind: hashed(kind, normals) for kind in KINDS})

    def joined(self, counts: Mapping[str, csr_matrix]) -> csr_matrix:
        return hstack([block.rows(counts[block.kind]) for block in self.blocks], format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        arrays = {f"{block.kind}.{name}": getattr(block, name) for block in self.blocks for name in ("kept", "weights")}
        np.savez(folder / FILE, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Features:
        with np.load(folder / FILE, allow_pickle=False) as stored:
            return cls(tuple(Block(kind, stored[f"{kind}.kept"], stored[f"{kind}.weights"]) for kind in KINDS))

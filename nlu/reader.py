"""Reader: the whole of understanding without Rasa, from the very model file the server uses; many messages at once.

Promise: gives for every text what the Rasa pipeline would give (but no places), in order, whatever the text.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse import csr_matrix

from nlu.crisis import CrisisDetector, Patterns
from nlu.decide import Thresholds, Understanding, decide
from nlu.features import Features
from nlu.languages import Languages, settled
from nlu.normalise import normalise, sentences, words
from nlu.ranker import Ranker

MODEL_FILE = "wegwijs.tar.gz"
DECIDER = "Decider"


class NoModel(Exception):
    """There is no model to read with."""


@dataclass(frozen=True)
class Asked:
    """A text as typed, the language the person chose, the entry answered before."""

    text: str
    chosen: str | None = None
    entry: str = ""


@dataclass(frozen=True)
class Told:
    """A normalised text: the whole, then its sentences when there are more than one."""

    whole: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Told:
        parts = tuple(sentences(text))
        return cls(normalise(text), parts if len(parts) > 1 else ())

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.parts or (self.whole,)


@dataclass(frozen=True)
class Rows:
    """Features of messages: rows starts[i] .. starts[i + 1] are the whole of message i, then its sentences."""

    matrix: csr_matrix
    starts: tuple[int, ...]

    @classmethod
    def of(cls, features: Features, told: Sequence[Told]) -> Rows:
        texts = [part for one in told for part in (one.whole, *one.parts)]
        starts = np.cumsum([0, *(1 + len(one.parts) for one in told)])
        return cls(features.rows(texts), tuple(int(start) for start in starts))

    @property
    def wholes(self) -> csr_matrix:
        return self.matrix[list(self.starts[:-1])]


@dataclass(frozen=True)
class Reader:
    features: Features
    languages: Languages
    ranker: Ranker
    detector: CrisisDetector
    patterns: Patterns
    thresholds: Thresholds

    def read(self, asked: Sequence[Asked]) -> list[Understanding]:
        if not asked:
            return []
        told = [Told.of(one.text) for one in asked]
        rows = Rows.of(self.features, told)
        guesses = self.languages.guess([one.text for one in asked], rows.wholes)
        probabilities = self.ranker.probabilities(rows.matrix, rows.starts)
        dangers = self.detector.detect(rows.matrix, rows.starts)
        found = []
        for one, said, guess, likely, crisis in zip(asked, told, guesses, probabilities, dangers, strict=True):
            likely = self.ranker.after(likely, one.entry, len(words(said.whole)))
            ranking = self.ranker.ranking(likely, len(likely))
            language = settled(guess, one.chosen, one.text)
            found.append(decide(ranking, language, crisis, self.patterns.find(said.sentences), self.thresholds))
        return found

    @classmethod
    def load(cls, model: Path) -> Reader:
        """Raises NoModel when there is none."""
        check_model(model)
        with TemporaryDirectory() as unpacked:
            folder = Path(unpacked)
            with tarfile.open(model) as archive:
                archive.extractall(folder, filter="data")
            return cls(
                features=Features.load(holding(folder, "features.npz")),
                languages=Languages.load(holding(folder, "languages.npz")),
                ranker=Ranker.load(holding(folder, "ranker.npz")),
                detector=CrisisDetector.load(holding(folder, "crisis.npz")),
                patterns=Patterns.read(holding(folder, "crisis_patterns.yml") / "crisis_patterns.yml"),
                thresholds=stored_thresholds(folder),
            )


def check_model(model: Path) -> None:
    if not model.is_file():
        raise NoModel(f"{model}: there is no model; run `wegwijs train`")


def holding(folder: Path, name: str) -> Path:
    """The folder of the component that keeps this file in the unpacked model."""
    found = next(folder.rglob(name), None)
    if found is None:
        raise NoModel(f"the model holds no {name}: it is of another version; run `wegwijs train --force`")
    return found.parent


def stored_thresholds(folder: Path) -> Thresholds:
    metadata = json.loads(next(folder.rglob("metadata.json")).read_text(encoding="utf-8"))
    nodes = metadata["predict_schema"]["nodes"].items()
    return next((Thresholds.from_config(node["config"]) for name, node in nodes if DECIDER in name), Thresholds())

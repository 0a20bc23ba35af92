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

from nlu.crisis import PATTERNS, TROUBLE, Patterns
from nlu.decide import Thresholds, Understanding, decide, in_trouble
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
    """A normalised text and its sentences."""

    whole: str
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Told:
        return cls(normalise(text), tuple(sentences(text)))


@dataclass(frozen=True)
class Reader:
    features: Features
    languages: Languages
    ranker: Ranker
    dangers: Patterns
    troubles: Patterns
    thresholds: Thresholds

    def read(self, asked: Sequence[Asked]) -> list[Understanding]:
        if not asked:
            return []
        told = [Told.of(one.text) for one in asked]
        rows = self.features.rows([one.whole for one in told])
        guesses = self.languages.guess([one.text for one in asked], rows)
        languages = [settled(guess, one.chosen, one.text) for guess, one in zip(guesses, asked, strict=True)]
        found = []
        for one, said, language, likely in zip(asked, told, languages, self.ranker.probabilities(rows, languages), strict=True):
            likely = self.ranker.after(likely, one.entry, len(words(said.whole)))
            named = self.dangers.find(said.sentences)
            understood = decide(self.ranker.ranking(likely), language, named, self.thresholds)
            found.append(in_trouble(understood, bool(self.troubles.find(said.sentences))))
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
                dangers=Patterns.read(holding(folder, PATTERNS.name) / PATTERNS.name),
                troubles=Patterns.read(holding(folder, TROUBLE.name) / TROUBLE.name),
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

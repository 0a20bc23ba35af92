"""Ours beside others: stock Rasa on the same questions, and our parts on the field's public data.

Promise: both sides are trained on the same lines in the same run and asked the same messages, one at a time, on this machine.
"""

from __future__ import annotations

import csv
import json
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import httpx
import numpy as np

from content.model import Content
from nlu import stock
from nlu.decide import Thresholds, Understanding, decide
from nlu.evaluate import FIGURES, Case, Read, shares
from nlu.examples import Example, examples
from nlu.features import Features
from nlu.normalise import normalise
from nlu.ranker import Ranker

HOURS_AT_MOST = 4
KIND_FIGURES = ("top_1", "top_3", "wrong", "crisis_recall", "false_alarms", "near_miss_alarms", "out_of_scope", "dialogue")
OUT_OF_SCOPE_CLINC = "oos"
PUBLISHED = {"BANKING77": "DIET 89.9, BERT-tuned 93.7", "CLINC150": "DIET 89.4, BERT-tuned 96"}
Texts = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Side:
    """What one side needed and how well it understood: shares as in `evaluate.FIGURES`."""

    name: str
    train_seconds: float
    message_ms: float
    megabytes: float
    figures: dict[str, float | None]


@dataclass(frozen=True)
class Parts:
    """Our features and ranker without Rasa, as trained on some lines."""

    features: Features
    ranker: Ranker

    @classmethod
    def fit(cls, texts: Sequence[str], ids: Sequence[str], languages: Sequence[str]) -> Parts:
        normals = [normalise(text) for text in texts]
        features = Features.fit(normals)
        return cls(features, Ranker.fit(features.rows(normals), ids, languages, features.spelt))

    def parse(self, case: Case) -> Understanding:
        likely = self.ranker.probabilities(self.features.rows([normalise(case.text)]), [case.language])[0]
        return decide(self.ranker.ranking(likely), "", None, Thresholds())


def against_stock(content: Content, cases: Sequence[Case], epochs: int) -> list[Side]:
    """Both sides, trained on the questions in the languages of the cases; DIET takes minutes to hours."""
    spoken = {case.language for case in cases}
    told = [one for one in examples(content) if one.language in spoken]
    click.echo(f"training on {len(told)} lines in {', '.join(sorted(spoken))}; stock Rasa with {epochs} rounds", err=True)
    return [ours(told, cases), stock_side(told, cases, epochs)]


def ours(told: Sequence[Example], cases: Sequence[Case]) -> Side:
    began = time.monotonic()
    parts = Parts.fit([one.text for one in told], [one.id for one in told], [one.language for one in told])
    seconds = time.monotonic() - began
    ms, figures = asked(parts.parse, cases)
    return Side("ours", seconds, ms, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, figures)


def stock_side(told: Sequence[Example], cases: Sequence[Case], epochs: int) -> Side:
    questions: dict[str, list[str]] = defaultdict(list)
    for one in told:
        questions[one.id].append(one.text)
    with TemporaryDirectory() as name:
        folder = Path(name)
        stock.write_project(folder, questions, epochs)
        seconds = stock.train(folder, HOURS_AT_MOST * 3600)
        with stock.serving(folder) as server, httpx.Client(timeout=60, trust_env=False) as client:
            ms, figures = asked(lambda case: server.parse(client, case.text), cases)
            return Side("stock Rasa", seconds, ms, server.megabytes, figures)


def asked(parse: Callable[[Case], Understanding], cases: Sequence[Case]) -> tuple[float, dict[str, float | None]]:
    """Milliseconds a message (median), and the shares."""
    took, reads = [], []
    for case in cases:
        began = time.perf_counter()
        told = parse(case)
        took.append(time.perf_counter() - began)
        reads.append(Read(case, told, ""))
    return 1000 * float(np.median(took)), shares(reads)


def lines(sides: Sequence[Side]) -> list[str]:
    """One line a figure, the sides beside one another."""
    titles = {figure.name: figure.title for figure in FIGURES}
    rows = [("", *(side.name for side in sides))]
    for name in KIND_FIGURES:
        rows.append((f"{titles[name]}, %", *(percent(side.figures[name]) for side in sides)))
    rows.append(("training, s", *(f"{side.train_seconds:.0f}" for side in sides)))
    rows.append(("one message, ms", *(f"{side.message_ms:.1f}" for side in sides)))
    rows.append(("memory, MB", *(f"{side.megabytes:.0f}" for side in sides)))
    return [f"{row[0]:26}" + "".join(f"{cell:>14}" for cell in row[1:]) for row in rows]


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def on_banking77(folder: Path) -> str:
    """Accuracy on BANKING77 (Casanueva et al. 2020): `train.csv` and `test.csv` with the columns text, category."""
    return accuracy("BANKING77", read_csv(folder / "train.csv"), read_csv(folder / "test.csv"))


def on_clinc150(folder: Path) -> str:
    """In-scope accuracy on CLINC150 (Larson et al. 2019): `data_full.json`; its out-of-scope lines are trained on too."""
    path = folder / "data_full.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        train = [*told["train"], *told["oos_train"]]
        return accuracy("CLINC150", split(train), split(told["test"]))
    except (OSError, ValueError, KeyError) as error:
        raise click.ClickException(f"{path}: is not CLINC150's file ({error})") from error


def read_csv(path: Path) -> Texts:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [row["text"] for row in rows], [row["category"] for row in rows]
    except (OSError, KeyError) as error:
        raise click.ClickException(f"{path}: must have the columns text, category ({error})") from error


def split(pairs: Sequence[Sequence[str]]) -> Texts:
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def accuracy(name: str, train: Texts, test: Texts) -> str:
    began = time.monotonic()
    parts = Parts.fit(*train, ["en"] * len(train[0]))
    seconds = time.monotonic() - began
    likely = parts.ranker.probabilities(parts.features.rows([normalise(text) for text in test[0]]), ["en"] * len(test[0]))
    found = [parts.ranker.ids[place] for place in likely.argmax(axis=1)]
    right = sum(one == meant for one, meant in zip(found, test[1], strict=True)) / max(1, len(found))
    return f"{name}: {100 * right:.1f} % right of {len(found)}, trained in {seconds:.0f} s (published: {PUBLISHED[name]})"

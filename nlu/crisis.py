"""Crisis: is somebody in danger now? Asked of every message and every sentence in it, before anything else.

Promise: tuned to miss as few as possible: the threshold is set on questions held back from training so that at most
`1 - RECALL` of the dangers are missed. Sentences that only sound like a danger are learnt as none, and editors can name
words that always (or never) mean danger in crisis_patterns.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix

from nlu.linear import Array, Linear
from nlu.normalise import normalise

FILE = "crisis.npz"
KINDS_FILE = "crisis_kinds.npz"
DANGER, SAFE = "danger", "safe"
PENALTY = 0.5
DANGER_WEIGHT = 2.0
RECALL = 0.985
MOST_FALSE = 0.02
SENTENCE_MARGIN = 0.7  # a sentence alone says less than a message; measured: below this, false alarms outgrow what is found
GAP = r"(?: \S+){0,3} "
PATTERNS = Path(__file__).with_name("crisis_patterns.yml")


class PatternError(ValueError):
    """crisis_patterns.yml is not of the right form."""


@dataclass(frozen=True)
class Crisis:
    """The kind of danger, how sure (0-1), and whether it is raised."""

    id: str
    confidence: float
    raised: bool


@dataclass(frozen=True)
class CrisisDetector:
    """`danger` says whether, `kinds` says which."""

    danger: Linear
    kinds: Linear
    threshold: float

    @classmethod
    def fit(cls, rows: csr_matrix, ids: Sequence[str], held_out: Sequence[int]) -> CrisisDetector:
        """`ids` as in the ranker; whatever is no crisis (near misses too) is safe."""
        dangers = np.array([one.startswith("crisis/") for one in ids])
        kinds = Linear.fit(rows[dangers], [one for one in ids if one.startswith("crisis/")], PENALTY)
        kept = np.ones(len(ids), bool)
        kept[list(held_out)] = False
        threshold = 0.0
        if dangers[kept].any() and dangers[~kept].any() and not dangers[kept].all() and not dangers[~kept].all():
            trial = fit_danger(rows[kept], dangers[kept])
            threshold = threshold_for(trial.scores(rows[~kept])[:, 0], dangers[~kept])
        return cls(fit_danger(rows, dangers), kinds, threshold)

    def scores(self, rows: csr_matrix) -> Array:
        """One number for each row; at `threshold` and above it is a danger."""
        return np.asarray(self.danger.scores(rows)[:, 0])

    def detect(self, rows: csr_matrix, starts: Sequence[int]) -> list[Crisis]:
        """One for each message. Rows starts[i] .. starts[i + 1] are message i: its whole, then its sentences."""
        scores = self.scores(rows) - SENTENCE_MARGIN
        scores[list(starts[:-1])] += SENTENCE_MARGIN
        found = []
        for start, end in zip(starts, starts[1:], strict=False):
            place = start + int(scores[start:end].argmax())
            kind = self.kinds.labels[int(self.kinds.scores(rows[place])[0].argmax())]
            found.append(Crisis(kind, probability(scores[place] - self.threshold), scores[place] >= self.threshold))
        return found

    def save(self, folder: Path) -> None:
        danger = Linear(self.danger.labels, self.danger.weights, self.danger.bias, sharpness=self.threshold)
        danger.save(folder / FILE)
        self.kinds.save(folder / KINDS_FILE)

    @classmethod
    def load(cls, folder: Path) -> CrisisDetector:
        danger = Linear.load(folder / FILE)
        return cls(danger, Linear.load(folder / KINDS_FILE), danger.sharpness)


def fit_danger(rows: csr_matrix, dangers: Array) -> Linear:
    labels = [DANGER if danger else SAFE for danger in dangers]
    model = Linear.fit(rows, labels, PENALTY, np.where(dangers, DANGER_WEIGHT, 1.0))
    column = model.labels.index(DANGER)
    return Linear((DANGER,), model.weights[:, [column]].copy(), model.bias[[column]])


def threshold_for(scores: Array, dangers: Array) -> float:
    """The score that RECALL of the dangers reach, unless more than MOST_FALSE of the rest would reach it too."""
    return float(max(np.quantile(scores[dangers], 1 - RECALL), np.quantile(scores[~dangers], 1 - MOST_FALSE)))


def probability(margin: float) -> float:
    return float(1 / (1 + np.exp(-4 * margin)))


@dataclass(frozen=True)
class Patterns:
    """Words that mean danger whatever the model thinks, and words beside which they do not."""

    always: Mapping[str, re.Pattern[str]]
    unless: re.Pattern[str] | None

    @classmethod
    def read(cls, path: Path = PATTERNS) -> Patterns:
        """Raises PatternError naming the place."""
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(told, dict):
            raise PatternError(f"{path.name}: must hold `crisis/kind:` groups")
        groups = {kind: list(phrases(path.name, kind, told[kind])) for kind in told}
        unless = groups.pop("unless", [])
        return cls({kind: joined(group) for kind, group in groups.items() if group}, joined(unless) if unless else None)

    def find(self, sentences: Sequence[str]) -> str | None:
        """The crisis that a normalised sentence names, or None."""
        for sentence in sentences:
            if self.unless and self.unless.search(sentence):
                continue
            for kind, pattern in self.always.items():
                if pattern.search(sentence):
                    return kind
        return None


def phrases(file: str, kind: str, languages: Any) -> Iterator[str]:
    if not isinstance(languages, dict):
        raise PatternError(f"{file}: {kind}: must hold one list a language")
    for language, lines in languages.items():
        if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
            raise PatternError(f"{file}: {kind}: {language}: must be a list of texts; put each in quotes")
        yield from lines


def joined(lines: Sequence[str]) -> re.Pattern[str]:
    """One expression for all phrases; `...` stands for up to three words, `*` for any ending or one word."""
    parts = sorted({GAP.join(map(expression, line.split("..."))) for line in lines}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def expression(phrase: str) -> str:
    return " ".join(re.escape(word).replace(r"\*", r"\w*") for word in normalise(phrase).split())

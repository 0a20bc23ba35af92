"""Deciding: one outcome for a message from all that the parts of the pipeline found.

Promise: the order is crisis > dialogue > answer > clarify > fallback, and nothing is answered below the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from nlu.examples import NEAR_MISS, OUT_OF_SCOPE, is_crisis, is_entry
from nlu.ranker import RANKED, Ranked

CRISIS, DIALOGUE, ANSWER, CLARIFY, FALLBACK = "crisis", "dialogue", "answer", "clarify", "fallback"
CLARIFY_AMONG = 3
ABOUT_TROUBLE = frozenset({"family_reunification/refused", "first_steps/asylum_refused", "first_steps/complaint"})


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which an outcome holds; config.yml sets them."""

    answer: float = 0.75
    clarify: float = 0.4
    dialogue: float = 0.2
    crisis: float = 0.1
    crisis_entry: float = 0.35

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Thresholds:
        return cls(**{one.name: float(config[one.name]) for one in fields(cls) if one.name in config})


@dataclass(frozen=True)
class Understanding:
    """What travels with a message to the actions; the fields of `wegwijs parse` come from here."""

    outcome: str
    id: str
    confidence: float
    ranking: tuple[Ranked, ...]
    language: str
    crisis: str | None = None
    entry: str | None = None
    region: str | None = None
    municipality: str | None = None
    trouble: bool = False

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        told["confidence"] = round(self.confidence, 4)
        told["ranking"] = [{"id": one.id, "confidence": round(one.confidence, 4)} for one in self.ranking]
        return told


def decide(ranking: Sequence[Ranked], language: str, named: str | None, thresholds: Thresholds) -> Understanding:
    """`ranking` holds every id, likeliest first; `named` is the crisis a pattern found."""
    crises = [one for one in ranking if is_crisis(one.id)]
    danger = sum(one.confidence for one in crises)
    ranking = [one for one in ranking if not is_crisis(one.id) and one.id != NEAR_MISS]
    if named or danger >= thresholds.crisis:
        kind = named or crises[0].id
        likely = (Ranked(kind, danger), *ranking[: RANKED - 1])
        return Understanding(CRISIS, kind, danger, likely, language, kind, entry_beside(ranking, thresholds))
    if not ranking:
        return Understanding(FALLBACK, OUT_OF_SCOPE, 0.0, (), language)
    first = ranking[0]
    entries = [one for one in ranking if is_entry(one.id)]
    outcome, chosen = FALLBACK, first
    if not is_entry(first.id) and first.id != OUT_OF_SCOPE and first.confidence >= thresholds.dialogue:
        outcome = DIALOGUE
    elif is_entry(first.id) and first.confidence >= thresholds.answer:
        outcome = ANSWER
    elif entries and sum(one.confidence for one in entries[:CLARIFY_AMONG]) >= thresholds.clarify and first.id != OUT_OF_SCOPE:
        outcome, chosen = CLARIFY, entries[0]
        ranking = entries
    return Understanding(outcome, chosen.id, chosen.confidence, tuple(ranking[:RANKED]), language)


def in_trouble(told: Understanding, went_wrong: bool) -> Understanding:
    """Marked so that the answer begins with what to do when it goes wrong; not where that is the entry's very subject."""
    return replace(told, trouble=went_wrong and told.id not in ABOUT_TROUBLE)


def entry_beside(ranking: Sequence[Ranked], thresholds: Thresholds) -> str | None:
    """The FAQ entry asked about in the same message as a crisis, if one stands out."""
    entries = [one for one in ranking if is_entry(one.id)]
    total = sum(one.confidence for one in entries)
    return entries[0].id if entries and entries[0].confidence >= thresholds.crisis_entry * total > 0 else None

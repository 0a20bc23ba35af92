"""The trained model (`make test` trains it first) against nlu/figures.json: no language may drop by more than two points."""

import json
from pathlib import Path

from nlu.evaluate import dropped, evaluate, measure
from settings import Settings

FIGURES = Path("nlu/figures.json")
DEVSET = sorted(Path("nlu/devset").glob("*.jsonl"))


def test_no_language_understands_less_than_when_last_measured():
    assert DEVSET
    figures = measure(evaluate(Settings.from_environment(), DEVSET))
    assert dropped(figures, json.loads(FIGURES.read_text(encoding="utf-8"))) == []

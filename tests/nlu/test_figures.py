"""The trained model against nlu/figures.json: no language may drop by more than two points."""

import json
from pathlib import Path

import pytest

from nlu.evaluate import dropped, evaluate, measure
from nlu.reader import MODEL_FILE
from settings import Settings

FIGURES = Path("nlu/figures.json")
DEVSET = sorted(Path("nlu/devset").glob("*.jsonl"))
MODEL = Settings.from_environment().models_dir / MODEL_FILE


@pytest.mark.skipif(not (FIGURES.is_file() and DEVSET), reason="no committed figures")
@pytest.mark.skipif(
    not MODEL.is_file() or (FIGURES.is_file() and MODEL.stat().st_mtime < FIGURES.stat().st_mtime),
    reason="the model is older than the figures: run `wegwijs train`",
)
def test_no_language_understands_less_than_when_last_measured():
    figures = measure(evaluate(Settings.from_environment(), DEVSET))
    assert dropped(figures, json.loads(FIGURES.read_text(encoding="utf-8"))) == []

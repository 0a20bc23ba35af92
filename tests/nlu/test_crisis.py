from pathlib import Path

import numpy as np
import pytest

from nlu.crisis import CrisisDetector, PatternError, Patterns, threshold_for
from nlu.features import Features
from nlu.normalise import normalise

DANGERS = ["i want to kill myself now", "he beats me every night", "nowhere to sleep tonight", "he will kill me tonight"]
SAFE = ["how do i rent a flat", "where do i learn dutch", "my phone died", "this paper kills me", "sleep well"]


@pytest.fixture(scope="module")
def patterns() -> Patterns:
    return Patterns.read()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to KILL myself", "crisis/suicide"),
        ("Je veux mourir...", "crisis/suicide"),
        ("زوجي يضربني", "crisis/violence"),
        ("хочу померти", "crisis/suicide"),
        ("kendimi öldüreceğim", "crisis/suicide"),
        ("kalacak yerimiz yok", "crisis/homeless_tonight"),
        ("ሎሚ ለይቲ ኣብ ጎደና ኣለና", "crisis/homeless_tonight"),
        ("I want to die of boredom", None),
        ("how do I rent a flat", None),
    ],
)
def test_patterns_name_the_danger(patterns: Patterns, text: str, kind: str | None):
    assert patterns.find([normalise(text)]) == kind


def test_dots_stand_for_up_to_three_words(tmp_path: Path):
    file = tmp_path / "patterns.yml"
    file.write_text('crisis/detention:\n  en: ["police took my ... today"]\n')
    patterns = Patterns.read(file)
    assert patterns.find(["the police took my little brother today"]) == "crisis/detention"
    assert patterns.find(["the police took my very old and broken bicycle today"]) is None


def test_a_pattern_file_of_the_wrong_form_names_the_place(tmp_path: Path):
    file = tmp_path / "patterns.yml"
    file.write_text("crisis/medical:\n  en: bleeding\n")
    with pytest.raises(PatternError, match=r"patterns.yml: crisis/medical: en: must be a list"):
        Patterns.read(file)


def test_the_threshold_keeps_false_alarms_rare():
    scores, dangers = np.array([*np.linspace(-1, 0, 99), 0.9, 1.0, 1.1]), np.array([False] * 99 + [True] * 3)
    assert -0.1 < threshold_for(scores, dangers) <= 1.0


def test_the_detector_is_the_same_after_saving(tmp_path: Path):
    features = Features.fit([*DANGERS, *SAFE])
    ids = ["crisis/suicide", "crisis/violence", "crisis/homeless_tonight", "crisis/violence"] + ["other"] * len(SAFE)
    rows = features.rows([*DANGERS, *SAFE])
    detector = CrisisDetector.fit(rows, ids, [])
    detector.save(tmp_path)
    starts = range(len(ids) + 1)
    found = detector.detect(rows, starts)
    again = CrisisDetector.load(tmp_path).detect(rows, starts)
    assert [one.raised for one in found] == [one.startswith("crisis/") for one in ids]
    assert [(one.id, one.raised) for one in again] == [(one.id, one.raised) for one in found]


def test_danger_in_one_sentence_weighs_more_than_in_the_whole():
    features = Features.fit([*DANGERS, *SAFE])
    ids = ["crisis/suicide", "crisis/violence", "crisis/homeless_tonight", "crisis/violence"] + ["other"] * len(SAFE)
    detector = CrisisDetector.fit(features.rows([*DANGERS, *SAFE]), ids, [])
    safe = " ".join(SAFE * 3)
    rows = features.rows([f"{safe} he beats me every night", safe, "he beats me every night"])
    whole, parts = detector.detect(rows[[0]], (0, 1))[0], detector.detect(rows, (0, 3))[0]
    assert parts.confidence > whole.confidence

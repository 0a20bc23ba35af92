from pathlib import Path

from nlu.decide import Understanding
from nlu.evaluate import Case, Figures, Read, dropped, measure, read_cases
from nlu.ranker import Ranked
from nlu.report import calibration_error, page


def read(meant: str, first: str, confidence: float, language: str = "nl", style: str = "plain") -> Read:
    told = Understanding("answer", first, confidence, (Ranked(first, confidence),), language)
    return Read(Case(meant, f"a <b>message</b> about {meant}", language, style=style), told, language)


READS = [
    read("housing/lease", "housing/lease", 0.9),
    read("housing/lease", "housing/eviction", 0.9, style="real"),
    read("housing/lease", "housing/lease", 0.5, "ar"),
]


def test_the_worst_language_comes_first():
    assert list(measure(READS)) == ["nl", "ar", "all"]


def test_a_language_that_drops_is_named():
    before: Figures = {"nl": {"top_1": 0.55}, "ar": {"top_1": 1.0}}
    assert dropped(measure(READS), before) == ["nl: right first 50.0 %, was 55.0 %"]
    before = {"nl": {"top_1": 0.51}, "tr": {"top_1": 1.0}}
    assert dropped(measure(READS), before) == []


def test_the_page_shows_confused_pairs_without_running_their_words():
    told = page(READS)
    assert "housing/eviction" in told
    assert "a &lt;b&gt;message" in told
    assert "real" in told


def test_probabilities_that_say_the_truth_have_no_error():
    assert calibration_error([read("a/b", "a/b", 1.0)] * 4) == 0
    assert round(calibration_error([read("a/b", "a/c", 0.75)] * 4), 2) == 0.75


def test_a_file_named_after_a_language_is_in_it(tmp_path: Path):
    file = tmp_path / "ti.jsonl"
    file.write_text('{"id": "thanks", "text": "a\u2028b", "style": "short"}\n', encoding="utf-8")
    assert read_cases(file) == [Case("thanks", "a\u2028b", "ti", style="short")]

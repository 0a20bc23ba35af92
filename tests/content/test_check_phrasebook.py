"""What is wrong in the phrase book is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from content.check_phrasebook import check_phrasebook
from content.model import LANGUAGES


def problems(folder: Path, phrase: object, slots: object = None) -> dict[str, str]:
    kinds = {"day": "date"} if slots is None else slots
    (folder / "phrasebook.yml").write_text(yaml.safe_dump({"slots": kinds, "wait": {"until": phrase}}), encoding="utf-8")
    return {problem.place: problem.what for problem in check_phrasebook(folder)}


def phrase(**changed: str) -> dict[str, str]:
    return {code: f"{code}: {{day}}" for code in LANGUAGES} | changed


def test_our_own_phrase_book_is_complete() -> None:
    assert list(check_phrasebook(Path("content"))) == []


def test_a_complete_phrase_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, phrase()) == {}


@pytest.mark.parametrize("text", ["", "   "])
def test_a_missing_language_is_found(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, phrase(ti=text)) == {"wait.until.ti": "is missing"}
    without = {code: words for code, words in phrase().items() if code != "ku"}
    assert problems(tmp_path, without) == {"wait.until.ku": "is missing"}


@pytest.mark.parametrize("text", ["tot morgen", "tot {dag}", "tot {day} {time}", "tot {day"])
def test_other_slots_than_in_english_are_found(tmp_path: Path, text: str) -> None:
    (place,) = problems(tmp_path, phrase(nl=text))
    assert place == "wait.until.nl"


def test_slots_without_a_kind_and_unknown_kinds_are_found(tmp_path: Path) -> None:
    assert problems(tmp_path, phrase(), slots={"hour": "time"}) == {"wait.until": "{day} has no kind"}
    assert problems(tmp_path, phrase(), slots={"day": "century"}) == {"slots.day": "century is no kind of slot"}


@pytest.mark.parametrize(
    ("reviewed", "wrong"), [({"fr": "Aline"}, []), ({"xx": "A"}, ["xx"]), ({"fr": ""}, ["fr"]), (["fr"], ["['fr']"])]
)
def test_who_reviewed_a_language_is_named(tmp_path: Path, reviewed: object, wrong: list[str]) -> None:
    book = {"slots": {"day": "date"}, "reviewed": reviewed, "wait": {"until": phrase()}}
    (tmp_path / "phrasebook.yml").write_text(yaml.safe_dump(book), encoding="utf-8")
    assert [problem.place for problem in check_phrasebook(tmp_path)] == [f"reviewed.{one}" for one in wrong]


def test_an_unknown_language_is_found(tmp_path: Path) -> None:
    assert problems(tmp_path, phrase(xx="{day}")) == {"wait.until.xx": "is no language of ours"}


@pytest.mark.parametrize("shape", ["a sentence", {"nl": "tot {day}"}, None, ["a"]])
def test_a_phrase_without_english_is_found(tmp_path: Path, shape: object) -> None:
    assert list(problems(tmp_path, shape)) == ["wait.until.en"]


@pytest.mark.parametrize("text", ["slots: [", "- a", "wait: {}", "\x00"])
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, text: str) -> None:
    (tmp_path / "phrasebook.yml").write_text(text, encoding="utf-8")
    assert len(list(check_phrasebook(tmp_path))) == 1


def test_a_folder_without_a_phrase_book_has_no_problem(tmp_path: Path) -> None:
    assert list(check_phrasebook(tmp_path)) == []

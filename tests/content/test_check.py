"""The check finds every breach that a program can find, and says how to mend it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from content.check import check_content, check_phrases
from content.check_questions import near_pairs, word_distance
from content.load import load_content
from content.phrases import Phrases
from content.stamp import stamp_translations
from content.status import as_html, as_table, state

TODAY = date(2026, 11, 22)


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check_content(load_content(folder), folder, TODAY)]


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "faq/housing/deposit" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("entry.yml", "review_by: 2027-05-22", "review_by: 2026-05-22", "entry.yml: [review_by] is over"),
        ("entry.yml", "[helper]", "[nobody]", "entry.yml: [services] nobody does not exist"),
        ("entry.yml", "[housing/lease]", "[housing/x]", "entry.yml: [related] housing/x does not exist"),
        ("ar.yml", "هو 3 أشهر", "هو 4 أشهر", "ar.yml: [answer] has other numbers than the source: here ['4'], there ['3']"),
        ("ar.yml", "example.be", "example.org", "ar.yml: [goes_wrong] has other addresses"),
        ("ar.yml", "  brussels: |\n    في بروكسل 2 شهر.\n", "", "ar.yml: [by_region] has ['flanders']"),
        ("ar.yml", "title: التأمين", "title: " + "ا" * 41, "ar.yml: [title] is 41 characters, at most 40"),
        ("en.yml", "The deposit is", "The deposit " + "very " * 200 + "is", "characters, at most 900"),
        ("en.yml", "Refused?", "Refused " * 80, "en.yml: [goes_wrong] is"),
        ("ar.yml", "  التأمين هو 3 أشهر إيجار على الأكثر.", "  The deposit is 3 months at most.", "is mostly not in arabic"),
        ("en.yml", "- deposit help", "- my contract", "stands also in"),
        ("ar.yml", "translation:\n  of: old\n  by: machine\n  reviewed_by:\n", "", "ar.yml: [translation] is missing"),
    ],
)
def test_a_breach_is_found(folder: Path, name: str, old: str, new: str, says: str):
    assert not any(says in problem for problem in problems(folder))
    change(folder, name, old, new)
    assert any(says in problem for problem in problems(folder)), problems(folder)


def test_persian_digits_are_the_same_numbers(folder: Path):
    change(folder, "ar.yml", "هو 3 أشهر", "هو ٣ أشهر")
    assert not any("other numbers" in problem for problem in problems(folder))


def test_a_question_of_the_development_test_is_refused(folder: Path):
    tests = folder.parent / "nlu/devset"
    tests.mkdir(parents=True)
    (tests / "en.jsonl").write_text(json.dumps({"id": "housing/deposit", "text": "Deposit  HELP?"}) + "\n")
    assert any("stands in the development test" in problem for problem in problems(folder))


def test_a_stamped_translation_becomes_outdated_when_the_source_changes(folder: Path):
    assert stamp_translations(folder) == 1
    assert stamp_translations(folder) == 0
    assert state(load_content(folder).entries["housing/deposit"], "ar") != "outdated"
    change(folder, "en.yml", "at most 3 months of rent", "at most 3 months of the rent")
    assert any("is of an older source text" in problem for problem in problems(folder))
    assert state(load_content(folder).entries["housing/deposit"], "ar") == "outdated"


def test_the_status_table_names_every_entry(folder: Path):
    content = load_content(folder)
    assert as_table(content).row_count == len(content.entries) + 5
    assert "housing/lease" in as_html(content)


def test_near_questions_are_those_within_four_words():
    long = ["how", "can", "i", "get", "my", "deposit", "back", "from", "the", "old", "landlord"]
    other = "something else entirely that has nothing to do with it".split()
    assert list(near_pairs([long, [*long[:-1], "owner"], other])) == [(0, 1)]
    assert list(near_pairs([["deposit"], ["deposit", "help"]])) == []
    assert word_distance(["a", "b"], ["b"]) == 1


def test_a_phrase_with_other_slots_is_found():
    phrases = Phrases({"en": {"a": "Hello {name}"}, "nl": {"a": "Dag {naam}"}, "fr": {"a": "Bonjour {"}, "de": {}})
    found = [str(problem) for problem in check_phrases("bot", phrases)]
    assert sum("has other {slots}" in problem for problem in found) == 2
    assert any("locale/de/bot.po: [a] is missing" in problem for problem in found)

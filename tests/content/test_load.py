"""All content is read; what is broken is reported and left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from content.load import load_content, source_hash
from content.model import LANGUAGES


def test_entries_crises_dialogue_and_services_are_read(folder: Path):
    content = load_content(folder)
    assert list(content.entries) == ["housing/deposit", "housing/lease"]
    assert content.entries["housing/deposit"].texts["ar"].by_region["brussels"] == "في بروكسل 2 شهر."
    assert content.crises["crisis/suicide"].texts["en"].questions == ("I want to die",)
    assert content.dialogue["thanks"].texts["en"].questions == ("thank you",)
    assert content.near_misses["en"] == ("my phone died",)
    assert content.services["helper"].contact["telephone"] == "02 123 45 67"
    assert content.problems == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: [a?, b", "is not YAML"),
        ("title: a: b", "is not YAML"),
        ("- a\n- b", "holds no `key: value` lines"),
        ("", "holds no `key: value` lines"),
        ("titel: a", "[titel] is not a key of this file"),
        ("title: no", "[title] must be a text"),
        ("questions: a", "[questions] must be a list"),
        ("questions:\n  - a: b", "[questions 1] is not a text"),
        ("by_region: [a]", "[by_region] must hold"),
        ("answer: a\x07b", "cannot be read"),
    ],
)
def test_a_broken_text_is_reported_and_leaves_the_rest_alone(folder: Path, text: str, says: str):
    (folder / "faq/housing/deposit/ar.yml").write_text(text, encoding="utf-8")
    content = load_content(folder)
    assert any(says in str(problem) and "faq/housing/deposit/ar.yml" in str(problem) for problem in content.problems)
    assert content.entries["housing/deposit"].texts["en"].answer.startswith("The deposit")


def test_a_file_that_is_no_utf8_is_reported(folder: Path):
    (folder / "faq/housing/deposit/ar.yml").write_bytes(b"title: \xff\xfe")
    assert "save it as UTF-8" in str(load_content(folder).problems[0])


def test_a_problem_names_line_and_column(folder: Path):
    (folder / "faq/housing/lease/en.yml").write_text("title: a\nanswer: ]\n", encoding="utf-8")
    assert "line 2" in str(load_content(folder).problems[0])


def test_a_language_that_is_not_ours_is_reported(folder: Path):
    (folder / "faq/housing/lease/xx.yml").write_text("title: a\n", encoding="utf-8")
    assert "is no language of ours" in str(load_content(folder).problems[0])


def test_the_cache_gives_the_same_and_notices_a_change(folder: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    first = load_content(folder, cache)
    assert load_content(folder, cache) == first
    path = folder / "faq/housing/lease/en.yml"
    path.write_text(path.read_text().replace("writing", "two copies"), encoding="utf-8")
    assert load_content(folder, cache).entries["housing/lease"].texts["en"].answer == "It is in two copies."


@pytest.mark.parametrize("damage", [b"", b"not a pickle", b"\x80\x05K\x01.", os.urandom(50)])
def test_a_damaged_cache_is_read_anew(folder: Path, tmp_path: Path, damage: bytes):
    cache = tmp_path / "cache"
    load_content(folder, cache)
    next(cache.glob("*.pickle")).write_bytes(damage)
    assert len(load_content(folder, cache).entries) == 2


def test_the_source_hash_knows_words_from_line_breaks(folder: Path):
    before = source_hash(load_content(folder).entries["housing/deposit"].texts["en"])
    path = folder / "faq/housing/deposit/en.yml"
    path.write_text(path.read_text().replace("at most 3 months", "at most\n  3 months"), encoding="utf-8")
    assert source_hash(load_content(folder).entries["housing/deposit"].texts["en"]) == before
    path.write_text(path.read_text().replace("In Brussels, it is 2", "In Brussels, it is 3"), encoding="utf-8")
    assert source_hash(load_content(folder).entries["housing/deposit"].texts["en"]) != before


def test_the_project_s_own_content_has_all_entries_in_all_languages():
    content = load_content(Path("content"))
    assert len(content.entries) >= 87
    assert content.problems == ()
    for entry in content.entries.values():
        assert set(LANGUAGES) <= set(entry.texts), entry.id

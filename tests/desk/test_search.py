"""Search: entries by words in the caseworker's language."""

from __future__ import annotations

from content.model import Content, Entry, Text
from desk.search import Search, fold


def content() -> Content:
    entries = [
        Entry("housing/deposit", texts={"fr": Text("fr", title="La garantie locative"), "en": Text("en", title="The deposit")}),
        Entry(
            "housing/lease",
            texts={"fr": Text("fr", title="Le bail", questions=("garantie perdue ?",))},
            keywords=("huurcontract",),
        ),
    ]
    return Content({entry.id: entry for entry in entries}, {}, {}, {}, {})


def test_titles_come_before_questions() -> None:
    assert [entry.id for entry in Search(content()).entries("GARANTIE", "fr")] == ["housing/deposit", "housing/lease"]


def test_every_word_must_be_found_from_its_beginning() -> None:
    search = Search(content())
    assert [entry.id for entry in search.entries("garantie locat", "fr")] == ["housing/deposit"]
    assert search.entries("arantie", "fr") == [] and search.entries("garantie zebra", "fr") == []
    assert search.entries("  ", "fr") == []


def test_keywords_and_english_are_found_in_every_language() -> None:
    search = Search(content())
    assert [entry.id for entry in search.entries("huurcontract", "de")] == ["housing/lease"]
    assert [entry.id for entry in search.entries("deposit", "de")] == ["housing/deposit"]


def test_accents_and_case_do_not_matter() -> None:
    assert fold("Wéér-ALLOCATIE’s") == "weer allocatie s"

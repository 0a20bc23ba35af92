"""The phrase book: the person gets a phrase in their language, or the caseworker knows which one."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.model import LANGUAGES
from desk.phrasebook import Phrasebook, SlotError, load_phrasebook

BOOK = Path("content/phrasebook.yml")
ISOLATED = "\u2068", "\u2069"


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    return load_phrasebook(BOOK)


def test_the_book_has_sixty_phrases_and_the_languages_of_the_desk(book: Phrasebook) -> None:
    assert len(book.phrases) >= 60
    assert all({"nl", "fr", "de", "en"} <= set(phrase.texts) <= set(LANGUAGES) for phrase in book.phrases.values())


def test_days_and_hours_are_said_as_the_language_says_them(book: Phrasebook) -> None:
    phrase = book.phrases["appointment.propose"]
    values = {"day": "2026-11-23", "time": "14:05", "place": "Rue du Charroi 33"}
    assert phrase.filled("en", values).startswith("I can see you on Monday")
    for language, day in (("nl", "maandag 23 november"), ("fr", "lundi 23 novembre"), ("de", "Montag, 23. November")):
        assert day in phrase.filled(language, values) and "14:05" in phrase.filled(language, values)


def test_open_slots_are_dots_and_their_names_are_not_searched(book: Phrasebook) -> None:
    assert book.phrases["appointment.propose"].outline("en") == "I can see you on … at …. Place: …. Does that suit you?"
    found = book.groups("nl", "caseworker")
    assert all("caseworker" in phrase.outline("nl").casefold() for phrases in found.values() for phrase in phrases)


def test_in_right_to_left_text_each_value_is_isolated_and_digits_are_western(tmp_path: Path) -> None:
    path = tmp_path / "phrasebook.yml"
    path.write_text(
        "slots: {day: date, place: text}\nask:\n  come: {en: 'Come {day} to {place}', fa: '{day} به {place} بیایید'}\n"
    )
    said = load_phrasebook(path).phrases["ask.come"].filled("fa", {"day": "2026-11-23", "place": "CPAS (02)"})
    assert f"{ISOLATED[0]}CPAS (02){ISOLATED[1]}" in said and "23" in said


def test_an_empty_or_wrong_slot_is_named(book: Phrasebook) -> None:
    phrase = book.phrases["wait.answer_by"]
    for wrong in ("", "tomorrow", "2026-13-01"):
        with pytest.raises(SlotError) as error:
            phrase.filled("en", {"day": wrong})
        assert error.value.slot == "day"


def test_a_value_with_braces_stays_a_value(book: Phrasebook) -> None:
    said = book.phrases["ask.send_document"].filled("en", {"document": "{day} {0} {document.__class__}"})
    assert "{document.__class__}" in said


def test_a_language_without_the_phrase_gets_english_and_the_caseworker_knows(book: Phrasebook) -> None:
    phrase = next(iter(book.phrases.values()))
    assert phrase.language_for("xx") == "en" and phrase.language_for("nl") == "nl"


def test_a_language_is_unreviewed_until_a_speaker_is_named(tmp_path: Path) -> None:
    path = tmp_path / "phrasebook.yml"
    path.write_text("slots: {}\nreviewed: {fr: Aline}\nask:\n  come: {en: Come, nl: Kom, fr: Venez}\n")
    (phrase,) = load_phrasebook(path).phrases.values()
    assert [phrase.unreviewed(language) for language in ("en", "nl", "fr", "xx")] == [False, True, False, False]


def test_a_text_with_other_slots_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "phrasebook.yml"
    path.write_text("slots: {day: date}\nask:\n  come: {en: 'Come {day}', nl: 'Kom'}\n")
    assert load_phrasebook(path).phrases["ask.come"].language_for("nl") == "en"


@pytest.mark.parametrize(
    "broken", ["a: [", "slots:\n", "[]", "ask: {x: {en: '{nobody}'}}\nslots: {}", "slots: {}\nask: {x: {nl: y}}"]
)
def test_a_broken_book_is_empty_and_breaks_nothing(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "phrasebook.yml"
    path.write_text(broken)
    assert load_phrasebook(path) == Phrasebook()
    assert load_phrasebook(tmp_path / "missing.yml") == Phrasebook()

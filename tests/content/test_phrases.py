"""Phrases, dates and durations in the person's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from content.model import LANGUAGES
from content.phrases import PhraseError, isolate_figures, load_phrases, say_clock, say_day, say_duration


def test_every_phrase_is_said_in_every_language_or_in_english():
    phrases = load_phrases(Path("content"), "bot")
    for language in LANGUAGES:
        assert phrases.say(language, "menu.ask")


def test_an_unknown_phrase_is_an_error_of_the_code():
    with pytest.raises(PhraseError, match="has no phrase 'menu.nothing'"):
        load_phrases(Path("content"), "bot").say("en", "menu.nothing")


def test_a_broken_catalog_is_reported_and_english_is_said(tmp_path: Path):
    for code, text in {"en": 'msgid "a"\nmsgstr "Hello"\n', "nl": 'msgid "a"\nnonsense\n'}.items():
        path = tmp_path / "locale" / code / "bot.po"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    phrases = load_phrases(tmp_path, "bot", ("en", "nl", "fr"))
    assert phrases.say("nl", "a") == "Hello"
    assert {problem.file for problem in phrases.problems} == {"locale/nl/bot.po", "locale/fr/bot.po"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_clocks_and_durations_have_the_digits_of_belgian_letters(language: str):
    day = say_day(language, date(2026, 11, 22))
    assert "22" in day and "2026" in day
    assert say_clock(language, datetime(2026, 11, 22, 8, 5, tzinfo=timezone.utc)).endswith("09:05")
    assert "30" in say_duration(language, timedelta(days=30))
    assert "45" in say_duration(language, timedelta(minutes=45))


@pytest.mark.parametrize("figure", ["0800 32 123", "078 15 43 24", "2026-2027", "+32 2 503 43 46", "112 BE", "F+", "24/7"])
def test_groups_of_a_number_keep_their_order_inside_right_to_left_text(figure: str):
    assert isolate_figures("ar", f"اتصل على {figure} الآن") == f"اتصل على \u2068{figure}\u2069 الآن"
    assert isolate_figures("fa", f"زنگ بزنید \u2066{figure}\u2069") == f"زنگ بزنید \u2066{figure}\u2069"
    assert isolate_figures("en", figure) == figure


def test_a_number_of_one_group_needs_no_isolation():
    assert isolate_figures("ar", "اتصل على 112 خلال 30 يوماً") == "اتصل على 112 خلال 30 يوماً"

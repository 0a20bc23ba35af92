"""What is to be sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.outbox import RIGHT_TO_LEFT_MARK, Outgoing, directed, message_of, open_outgoing, split, utf16
from content.reply import Button, Reply
from vault import Vault


@given(some.text(max_size=300), some.integers(min_value=20, max_value=60))
@settings(max_examples=200)
def test_every_part_fits_and_no_word_is_lost(text: str, units: int) -> None:
    parts = list(split(text, units))
    assert all(0 < utf16(part) <= units for part in parts)
    assert "".join("".join(parts).split()).rstrip("…") == "".join(text.split()).rstrip("…")


def test_a_long_text_is_cut_at_paragraphs_and_the_buttons_stand_under_the_last() -> None:
    text = "\n\n".join(["A paragraph. " * 100] * 5)
    calls = message_of(Reply(text, "en", buttons=((Button("Menu", "menu"),),)), chat=1, callback="q")
    assert len(calls) == 2 and all(utf16(call.text) <= 4096 for call in calls)
    assert [bool(call.rows) for call in calls] == [False, True]
    assert [call.callback for call in calls] == ["q", ""]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("CPAS هو مكتب البلدية", True),
        ("مكتب CPAS في بلديتك", False),
        ("\u2068Amal\u2069: تعال يوم الاثنين", True),
        ("1. اكتب رسالة", False),
        ("agii.be", False),
    ],
)
def test_a_right_to_left_line_that_begins_with_a_latin_name_runs_from_the_right(text: str, marked: bool) -> None:
    assert directed(text, "ar") == (RIGHT_TO_LEFT_MARK + text if marked else text)
    assert directed(text, "fr") == text


def test_a_call_comes_out_of_the_vault_as_it_went_in(vault: Vault) -> None:
    call = Outgoing("edit", 5, "words", ((("Menu", "menu"), ("Person", "human")),), message=9, callback="q", outcome="menu")
    assert b"words" not in call.seal(vault)
    assert open_outgoing(vault, call.seal(vault)) == call

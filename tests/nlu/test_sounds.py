"""What is typed in Latin letters sounds like its own script."""

from __future__ import annotations

import pytest

from nlu.normalise import normalise
from nlu.sounds import sound_grams, sound_pairs, sounds


@pytest.mark.parametrize(
    ("own", "latin"),
    [
        ("خانه", "khana"),
        ("خانه", "khune"),
        ("حقوق", "7o9o9"),
        ("مكتوب", "maktoub"),
        ("رسالة", "risale"),
        ("квартира", "kvartira"),
        ("ответчик", "otvetchik"),
        ("житло", "zhytlo"),
        ("ክራይ", "kray"),
        ("ወረቐት", "wereqet"),
        ("کرايه", "kraya"),
    ],
)
def test_two_scripts_of_one_word_sound_the_same(own: str, latin: str) -> None:
    assert sounds(normalise(own)) == sounds(normalise(latin)) != ""


def test_numbers_stay_numbers_and_letters_nobody_listed_stay_themselves() -> None:
    assert sounds("2026") == "2026"
    assert sounds("אב") == "אב"


def test_a_message_becomes_words_pieces_and_pairs() -> None:
    assert list(sound_grams("kraye khana a")) == ["KR", "~ KR", "~KR ", "~ KR ", "HN", "~ HN", "~HN ", "~ HN "]
    assert [list(one) for one in sound_pairs(["kraye khana a flat", "a o 👍"])] == [["KR HN", "HN FLT"], []]
    assert list(sound_grams("")) == []

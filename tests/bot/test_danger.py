"""The net under Rasa."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.danger import Danger, DangerError, open_danger
from content.compose import Composer
from content.model import LANGUAGES


@pytest.fixture(scope="module")
def danger(composer: Composer) -> Danger:
    return open_danger(Path("content"), composer.content)


@pytest.mark.parametrize(
    ("text", "crisis"),
    [
        ("I want to die", "crisis/suicide"),
        ("my husband BEATS ME every night", "crisis/violence"),
        ("Mon mari me frappe", "crisis/violence"),
        ("je suis à la rue avec mes enfants", "crisis/homeless_tonight"),
        ("أريد أن أموت", "crisis/suicide"),
        ("не хочу жить", "crisis/suicide"),
        ("ik kan niet ademen", "crisis/medical"),
        ("how do I get my deposit back?", None),
        ("what studies can I do", None),
        ("", None),
    ],
)
def test_a_cry_for_help_is_told_from_a_question(danger: Danger, text: str, crisis: str | None) -> None:
    assert danger.look(text) == crisis


def test_every_crisis_has_words_in_every_language(composer: Composer) -> None:
    stored = yaml.safe_load(Path("content/crisis_words.yml").read_text())
    assert set(stored) == set(composer.content.crises)
    assert all(set(languages) == set(LANGUAGES) for languages in stored.values())


def test_the_examples_of_the_content_are_found_word_for_word(danger: Danger, composer: Composer) -> None:
    crisis = next(one for one in composer.content.crises.values() if one.texts)
    question = next(iter(crisis.texts.values())).questions[0]
    assert danger.look(question.upper())


def test_a_broken_file_is_one_clear_line(tmp_path: Path, composer: Composer) -> None:
    (tmp_path / "crisis_words.yml").write_text("- a list")
    with pytest.raises(DangerError, match="crisis_words.yml"):
        open_danger(tmp_path, composer.content)

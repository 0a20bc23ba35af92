from pathlib import Path

import pytest

from nlu.crisis import TROUBLE, PatternError, Patterns, spoken
from nlu.examples import Example
from nlu.normalise import normalise


@pytest.fixture(scope="module")
def patterns() -> Patterns:
    return Patterns.read()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to KILL myself", "crisis/suicide"),
        ("Je veux mourir...", "crisis/suicide"),
        ("زوجي يضربني", "crisis/violence"),
        ("хочу померти", "crisis/suicide"),
        ("kendimi öldüreceğim", "crisis/suicide"),
        ("kalacak yerimiz yok", "crisis/homeless_tonight"),
        ("ሎሚ ለይቲ ኣብ ጎደና ኣለና", "crisis/homeless_tonight"),
        ("I want to die of boredom", None),
        ("how do I rent a flat", None),
    ],
)
def test_patterns_name_the_danger(patterns: Patterns, text: str, kind: str | None):
    assert patterns.find([normalise(text)]) == kind


def test_dots_stand_for_up_to_three_words(tmp_path: Path):
    file = tmp_path / "patterns.yml"
    file.write_text('crisis/detention:\n  en: ["police took my ... today"]\n')
    patterns = Patterns.read(file)
    assert patterns.find(["the police took my little brother today"]) == "crisis/detention"
    assert patterns.find(["the police took my very old and broken bicycle today"]) is None


def test_a_pattern_file_of_the_wrong_form_names_the_place(tmp_path: Path):
    file = tmp_path / "patterns.yml"
    file.write_text("crisis/medical:\n  en: bleeding\n")
    with pytest.raises(PatternError, match=r"patterns.yml: crisis/medical: en: must be a list"):
        Patterns.read(file)


def test_every_phrase_is_an_example_to_learn_from(tmp_path: Path):
    file = tmp_path / "patterns.yml"
    file.write_text('unless:\n  en: ["in the film"]\ncrisis/medical:\n  tr: ["nefes alamıyor*"]\n')
    assert list(spoken(file)) == [Example("nefes alamıyor", "crisis/medical", "tr")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("My application was refused yesterday", True),
        ("De gemeente antwoordt niet", True),
        ("رفضوا طلبي بالبلدية", True),
        ("How long do I have to wait?", False),
        ("Can they refuse me?", False),
        ("Wie vraag ik een huurwaarborg?", False),
    ],
)
def test_patterns_say_that_something_went_wrong(text: str, wrong: bool):
    assert bool(Patterns.read(TROUBLE).find([normalise(text)])) is wrong

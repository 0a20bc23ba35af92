import pytest

from nlu.languages import Guess, possible, settled


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("ሰላም", {"ti"}),
        ("Привіт, їжа", {"uk"}),
        ("это мы", {"ru"}),
        ("дома", {"ru", "uk"}),
        ("څنګه یې", {"ps"}),
        ("چطور", {"fa", "ps"}),
        ("كيف", {"ar", "fa", "ps"}),
        ("hello", set()),
        ("", set()),
    ],
)
def test_letters_say_which_languages_are_possible(text: str, allowed: set[str]):
    assert possible(text) == allowed


def test_office_words_in_latin_letters_do_not_change_the_script():
    assert possible("بدي أعمل demande في CPAS") == {"ar", "fa", "ps"}


def test_the_chosen_language_wins_over_a_doubtful_guess():
    assert settled(Guess("fr", 0.6), "ar", "je voudrais savoir une chose") == "ar"


def test_a_clearly_different_message_switches():
    assert settled(Guess("fr", 0.97), "ar", "je voudrais savoir une chose") == "fr"


def test_one_office_word_never_switches():
    assert settled(Guess("nl", 0.99), "ar", "leefloon") == "ar"


def test_another_script_switches_when_the_guess_is_likelier_than_not():
    assert settled(Guess("ru", 0.7), "ar", "дома") == "ru"
    assert settled(Guess("ru", 0.4), "ar", "дома") == "ar"


def test_without_choice_and_letters_the_fallback_language_is_used():
    assert settled(Guess("", 0.0), None, "😀") == "en"

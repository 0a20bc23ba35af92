from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import normalise, sentences, words


def test_case_and_diacritics_do_not_matter():
    assert normalise("  Où   EST l'hôpital ") == normalise("ou est L’HOPITAL")


def test_the_turkish_i_is_one_letter():
    assert normalise("İŞ ARIYORUM") == normalise("iş arıyorum") == "is ariyorum"


def test_arabic_letter_twins_marks_and_tatweel_are_one_spelling():
    assert normalise("إقـــامة") == normalise("اقامه")
    assert normalise("كَيْفَ أُقَدِّم") == normalise("کیف اقدم")


def test_persian_and_arabic_keyboards_write_the_same_word():
    assert normalise("كيلو ي") == normalise("کیلو ی")


def test_digits_of_every_script_become_western():
    assert normalise("٢٠٢٦ ۲۰۲۶ २०२६") == "2026 2026 2026"


def test_geez_homophones_are_one_letter_and_different_sounds_stay_two():
    assert normalise("ሠራሕ ፀሓይ") == normalise("ሰራሕ ጸሓይ")
    assert normalise("ሀ") != normalise("ሐ")


def test_zero_width_marks_and_half_surrogates_vanish():
    assert normalise("a\u200bb\u200d\ufeffc\ud83d") == "abc"


def test_words_keep_apostrophes_inside():
    assert words(normalise("П’ять, j'ai!")) == ["п'ять", "j'ai"]


def test_a_text_is_cut_into_sentences_of_any_script():
    assert sentences("Hello. كيف؟ ሰላም። 😀!") == ["hello", "کیف", "ሰላም"]


def test_a_flood_of_sentences_stays_bounded():
    assert len(sentences("a. " * 500)) == 12


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing(text: str):
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")

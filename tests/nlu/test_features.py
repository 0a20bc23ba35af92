import numpy as np

from nlu.features import KINDS, MANY, Features, character_grams, hashed

TEXTS = ["waar is het huis", "waar is de bank", "het huis is duur", "de bank is dicht"]


def test_character_grams_of_a_word():
    assert list(character_grams("abc")) == [" a", "ab", "bc", "c ", " ab", "abc", "bc ", " abc", "abc "]
    assert list(character_grams("c")) == [" c", "c ", " c "]


def test_many_texts_are_counted_like_few():
    texts = [f"{TEXTS[place % 4]} {place}" for place in range(MANY)]
    for kind in KINDS:
        assert (hashed(kind, texts)[: MANY - 1] != hashed(kind, texts[: MANY - 1])).nnz == 0


def test_grams_of_words_are_counted_as_often_as_the_words_stand_in_a_text():
    counts = hashed("characters", ["het boom het", "", "het"])
    assert counts[0].max() == 2 and counts[1].nnz == 0
    assert counts[0].sum() == 2 * counts[2].sum() + len(list(character_grams("boom")))


def test_a_text_gives_the_same_row_alone_and_in_a_batch():
    features = Features.fit(TEXTS)
    assert np.allclose(features.rows(TEXTS)[2].toarray(), features.rows([TEXTS[2]]).toarray())


def test_each_kind_of_feature_has_length_one():
    assert np.allclose(np.linalg.norm(Features.fit(TEXTS).rows(TEXTS).toarray(), axis=1), np.sqrt(3))


def test_a_text_of_unknown_letters_is_an_empty_row():
    assert Features.fit(TEXTS).rows(["ጽጽ"])[:, 1:].nnz <= 2
    assert Features.fit(TEXTS).rows([""]).nnz == 0


def test_features_are_the_same_after_saving(tmp_path):
    features = Features.fit(TEXTS)
    features.save(tmp_path)
    assert (Features.load(tmp_path).rows(TEXTS) != features.rows(TEXTS)).nnz == 0

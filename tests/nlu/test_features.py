import numpy as np

from nlu.features import Features, character_grams

TEXTS = ["waar is het huis", "waar is de bank", "het huis is duur", "de bank is dicht"]


def test_character_grams_stay_inside_words():
    assert list(character_grams("ab c", 3)) == [
        " ",
        "a",
        "b",
        " ",
        " a",
        "ab",
        "b ",
        " ab",
        "ab ",
        " ",
        "c",
        " ",
        " c",
        "c ",
        " c ",
    ]


def test_a_text_gives_the_same_row_alone_and_in_a_batch():
    features = Features.fit(TEXTS)
    assert np.allclose(features.rows(TEXTS)[2].toarray(), features.rows([TEXTS[2]]).toarray())


def test_each_kind_of_feature_has_length_one():
    assert np.allclose(np.linalg.norm(Features.fit(TEXTS).rows(TEXTS).toarray(), axis=1), np.sqrt(2))


def test_a_text_of_unknown_letters_is_an_empty_row():
    assert Features.fit(TEXTS).rows(["ጽጽ"])[:, 1:].nnz <= 2
    assert Features.fit(TEXTS).rows([""]).nnz == 0


def test_features_are_the_same_after_saving(tmp_path):
    features = Features.fit(TEXTS)
    features.save(tmp_path)
    assert (Features.load(tmp_path).rows(TEXTS) != features.rows(TEXTS)).nnz == 0

from pathlib import Path

import numpy as np

from nlu.by_language import ByLanguage
from nlu.features import Features
from nlu.linear import Linear

# "die" is Dutch for "that one" and a danger in English.
TOLD = [
    ("die fiets is van mij", "lost", "nl"),
    ("die is duur", "lost", "nl"),
    ("hallo goede morgen", "greet", "nl"),
    ("i will die", "danger", "en"),
    ("i want to die", "danger", "en"),
    ("hello good morning", "greet", "en"),
    ("112", "danger", ""),
    ("bonjour", "greet", ""),
]
TEXTS = [text for text, _, _ in TOLD]


def fitted() -> tuple[Features, ByLanguage]:
    features = Features.fit(TEXTS * 3)
    rows = features.rows(TEXTS * 3)
    labels, languages = [label for _, label, _ in TOLD] * 3, [language for _, _, language in TOLD] * 3
    return features, ByLanguage.fit(rows, labels, languages, 1.0)


def best(model: ByLanguage, features: Features, text: str, language: str) -> str:
    return model.labels[int(model.scores(features.rows([text]), [language])[0].argmax())]


def test_a_word_means_in_each_language_what_it_means_there():
    features, model = fitted()
    assert best(model, features, "die", "nl") == "lost"
    assert best(model, features, "die", "en") == "danger"


def test_what_belongs_to_no_language_every_language_knows():
    features, model = fitted()
    assert {best(model, features, "112", language) for language in ("nl", "en")} == {"danger"}


def test_a_language_without_examples_says_nothing():
    features, model = fitted()
    assert not model.scores(features.rows(["die"]), ["xx"]).any()


def test_it_is_the_same_after_saving_and_in_a_mixed_batch(tmp_path: Path):
    features, model = fitted()
    model.save(tmp_path / "one.npz")
    rows = features.rows(["i want to die", "die fiets", ""])
    languages = ["en", "nl", "xx"]
    np.testing.assert_allclose(
        ByLanguage.load(tmp_path / "one.npz").scores(rows, languages), model.scores(rows, languages), rtol=1e-6
    )
    np.testing.assert_allclose(model.scores(rows[:1], ["en"])[0], model.scores(rows, languages)[0], rtol=1e-6)


def test_features_that_were_not_trained_count_for_nothing():
    features = Features.fit(TEXTS * 3)
    linear = Linear.fit(features.rows(["hello good morning", "i will die"] * 2), ["greet", "danger"] * 2, 1.0)
    np.testing.assert_allclose(linear.scores(features.rows([""]))[0], linear.bias, rtol=1e-6)
    assert linear.scores(features.rows(["fiets"])).shape == (1, 2)

from pathlib import Path

import pytest

from nlu.normalise import normalise
from nlu.places import Gazetteer, read_names


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.build(read_names(Path("content")))


@pytest.mark.parametrize(
    ("text", "language", "nis"),
    [
        ("Ik woon in Gent", "nl", "44021"),
        ("Vivo en Gante", "es", "44021"),
        ("CPAS d'Anderlecht", "fr", "21001"),
        ("J'habite à Forest", "fr", "21007"),
        ("ik woon in Mol", "nl", "13025"),
        ("я живу в Антверпене", "ru", "11002"),
        ("أسكن بأنتويرب", "ar", "11002"),
        ("Brüksel'de oturuyorum", "tr", "21004"),
        ("St-Gilles", "fr", "21013"),
        ("ich wohne in Sankt Vith", "de", "63067"),
        ("Wij wonen in Galmaarden", "nl", "23106"),
        ("louvain-la-neuve", "fr", "25121"),
    ],
)
def test_a_municipality_is_found_in_many_languages(gazetteer: Gazetteer, text: str, language: str, nis: str):
    place = gazetteer.find(gazetteer.tokens(normalise(text), language), language)
    assert place is not None
    assert place.nis == nis


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("de mol graaft", "nl"),
        ("I walk in the forest", "en"),
        ("de namen van mijn kinderen", "nl"),
        ("in landen zoals Syrië", "nl"),
        ("ich liege im Bett", "de"),
        ("as soon as possible", "en"),
        ("hoeveel lessen zijn er", "nl"),
        ("the spa was nice", "en"),
        ("Saint-Nicolas", "fr"),
        ("van Gent naar Charleroi verhuisd", "nl"),
        ("", "nl"),
    ],
)
def test_rather_no_place_than_a_wrong_one(gazetteer: Gazetteer, text: str, language: str):
    assert gazetteer.find(gazetteer.tokens(normalise(text), language), language) is None


def test_a_region_by_its_name_has_no_municipality(gazetteer: Gazetteer):
    place = gazetteer.find(gazetteer.tokens(normalise("Integration in Ostbelgien"), "de"), "de")
    assert place is not None
    assert (place.region, place.nis) == ("german_community", None)


def test_the_list_holds_the_municipalities_of_2025():
    lines = Path("content/municipalities.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 == 565
    assert len({line.split(",")[0] for line in lines}) == 566


def test_every_spacy_tokenizer_cuts_names_alike():
    languages = ("nl", "en", "de", "es", "tr")
    gazetteer = Gazetteer.build(read_names(Path("content")), languages)
    for language in languages:
        assert gazetteer.find(gazetteer.tokens(normalise("Sint-Jans-Molenbeek"), language), language) is not None

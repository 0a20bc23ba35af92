"""A reply is the one for this person, with source and date, or it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from content.compose import Asker, Composer
from content.model import TOPICS, Service, Sites, Source
from content.reply import PRESS_BYTES, Reply

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def presses(reply: Reply) -> list[str]:
    return [button.press for row in reply.buttons for button in row]


def test_an_answer_has_the_paragraphs_of_region_and_status_and_its_source(composer: Composer):
    reply = composer.answer("housing/deposit", Asker("en", "flanders", "applicant"))
    assert "In Flanders" in reply.text and "In Brussels" not in reply.text
    assert "You are an applicant" in reply.text
    assert "Source: example.be. Checked on November 22, 2026." in reply.text
    assert "Helper (02 123 45 67)" in reply.text
    assert reply.remember == {"entry": "housing/deposit", "misses": "0"}


def test_official_sites_are_named_first_and_copies_by_what_they_copy():
    sites = Sites(("ibz.be", "agii.be"), {"5195.f2w.bosa.be": "dofi.ibz.be", "github.com/one/bulletin": "Bulletin"})
    urls = (
        "https://github.com/one/bulletin/blob/main/B.md",
        "https://github.com/one/bulletins",
        "https://www.agii.be/x",
        "https://agii.be./y",
        "https://5195.f2w.bosa.be/en",
        "https://notagii.be/",
    )
    sources = [Source("", url, SUNDAY.date()) for url in urls]
    assert sites.ordered(sources) == ["agii.be", "dofi.ibz.be", "Bulletin", "github.com", "notagii.be"]
    assert Sites(names={"agii.be": ""}).name("https://www.agii.be/x") == "agii.be"


def test_an_answer_asks_for_the_region_when_the_rule_depends_on_it(composer: Composer):
    reply = composer.answer("housing/deposit", Asker("en"))
    assert "Where do you live?" in reply.text
    assert "region:fl:housing/deposit" in presses(reply)


def test_an_answer_asks_for_the_status_when_the_region_is_known(composer: Composer):
    reply = composer.answer("housing/deposit", Asker("en", "brussels"))
    assert "status:ap:housing/deposit" in presses(reply)


def test_a_service_of_another_region_is_not_named(composer: Composer):
    assert "Helper" not in composer.answer("housing/deposit", Asker("en", "brussels", "refugee")).text


def test_a_missing_language_gets_the_source_text_and_says_so(composer: Composer):
    reply = composer.answer("housing/deposit", Asker("ti", "flanders", "refugee"))
    assert "English" in reply.text and "The deposit is" in reply.text


def test_an_unreviewed_translation_says_so(composer: Composer):
    mark = composer.say(Asker("ar"), "answer.unreviewed")
    assert mark in composer.answer("housing/deposit", Asker("ar", "flanders", "refugee")).text


def test_goes_wrong_is_offered_and_given(composer: Composer):
    assert "wrong:housing/deposit" in presses(composer.answer("housing/deposit", Asker("en")))
    assert "Write to the court" in composer.goes_wrong("housing/deposit", Asker("en")).text
    assert "It is in writing" in composer.goes_wrong("housing/lease", Asker("en")).text


def test_clarify_offers_titles_and_a_way_out(composer: Composer):
    reply = composer.clarify(["housing/deposit", "housing/lease", "gone"], Asker("ar"))
    assert presses(reply) == ["entry:housing/deposit", "entry:housing/lease", "missed"]
    assert reply.buttons[0][0].title == "التأمين"


def test_a_handoff_is_honest_about_when(composer: Composer):
    assert "within 1 hour" in composer.handoff(Asker("en"), "Blue Heron", MONDAY_NOON).text
    assert "Monday, November 23, 2026, 09:00" in composer.handoff(Asker("en"), "Blue Heron", SUNDAY).text


def test_names_are_isolated_inside_right_to_left_text(composer: Composer):
    assert "\u2068Blue Heron\u2069" in composer.handoff(Asker("ar"), "Blue Heron").text
    assert "\u2068Helper (02 123 45 67)\u2069" in composer.answer("housing/deposit", Asker("ar", "flanders", "other")).text


def test_a_crisis_gives_the_contacts_and_says_when_nobody_is_there(composer: Composer):
    assert composer.crisis("crisis/suicide", Asker("en"), now=MONDAY_NOON).text.startswith("Call 112 now.")
    assert "Do not wait for us" in composer.crisis("crisis/suicide", Asker("en"), now=SUNDAY).text
    assert "112" in composer.crisis("crisis/unheard_of", Asker("so")).text


def test_the_notice_before_a_case_says_who_reads_and_how_long_it_is_kept(composer: Composer):
    text = composer.consent(Asker("en")).text
    assert "Convivial" in text and "30 days" in text
    assert presses(composer.consent(Asker("ar"))) == ["send:yes", "send:no"]


def test_the_privacy_text_says_what_the_settings_do(composer: Composer):
    text = composer.privacy(Asker("en")).text
    assert "24 hours" in text and "30 days" in text and "Convivial" in text


@pytest.mark.parametrize("language", ["nl", "ar", "ti", "uk"])
def test_every_press_fits_into_telegram(composer: Composer, language: str):
    asker = Asker(language)
    replies = [composer.menu(asker), composer.languages(asker), composer.topic("housing", asker), composer.privacy(asker)]
    replies += [composer.answer(one, asker) for one in composer.content.entries]
    assert all(len(press.encode()) <= PRESS_BYTES for reply in replies for press in presses(reply))


def test_a_reply_survives_the_way_through_rasa(composer: Composer):
    reply = composer.answer("housing/deposit", Asker("ar"))
    assert Reply.from_json(reply.as_json()) == reply


def test_strange_metadata_is_read_as_unknown():
    assert Asker.from_metadata({"language": 7, "region": "mars", "status": None}) == Asker("en")


def service(name: str, **told: Any) -> Service:
    return Service(name, name.title(), {"en": f"Does {name}."}, {}, topics=("housing/deposit",), **told)


def test_who_helps_begins_with_the_topics(composer: Composer) -> None:
    reply = composer.services(Asker("en"))
    assert [row[0].press for row in reply.buttons[:-1]] == [f"services:{topic}" for topic in TOPICS]


def test_services_of_the_town_come_first_and_those_of_other_towns_not_at_all(composer: Composer) -> None:
    services = [
        service("national"),
        service("other_town", municipalities=("44021",), regions=("wallonia",)),
        service("regional", regions=("wallonia",)),
        service("own_town", municipalities=("52011",), regions=("wallonia",)),
        service("other_region", regions=("flanders",)),
    ]
    composer.content = replace(composer.content, services={one.id: one for one in services})
    in_charleroi = Asker("en", "flanders", town="52011", near="wallonia")
    assert [one.id for one in composer.services_of([*composer.content.services], in_charleroi)] == [
        "own_town",
        "national",
        "regional",
    ]
    text = composer.services(in_charleroi, "housing").text
    assert text.index("Own_Town") < text.index("Regional") < text.index("National")
    assert "Other" not in text


def test_many_services_are_turned_by_pages(composer: Composer) -> None:
    many = [service(f"s{number:02}") for number in range(10)]
    composer.content = replace(composer.content, services={one.id: one for one in many})
    first = composer.services(Asker("en"), "housing")
    assert first.buttons[0][0].press == "services:housing:2"
    assert "regions" in [button.press for row in first.buttons for button in row]
    assert "S09" in composer.services(Asker("en"), "housing", 2).text
    assert composer.services(Asker("en"), "housing", 0).text == first.text

"""Each action gives one reply, in the person's language, over Rasa's own webhook protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from actions.app import create_app
from actions.dialogue import language_names
from content.compose import Composer
from content.open import open_composer
from content.reply import Reply
from desk.cases import Cases
from settings import Settings
from store import Redis
from vault import Vault

PERSON = "abcdefghij1234567890"


@pytest.fixture(scope="module")
def composer() -> Composer:
    return open_composer(Settings())


@pytest.fixture
def cases(redis: Redis, vault: Vault) -> Cases:
    return Cases(redis, vault)


@pytest_asyncio.fixture
async def server(composer: Composer, cases: Cases) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(composer, cases)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://actions") as client:
        yield client


async def run(server: httpx.AsyncClient, action: str, understood: dict[str, Any] | None = None, **message: Any) -> Reply:
    metadata = message.pop("metadata", {"language": "en", "update": "1"})
    latest = {"text": message.pop("text", "words"), "metadata": metadata, "understanding": understood}
    call = {"next_action": action, "tracker": {"sender_id": PERSON, "slots": {}, "latest_message": latest, "events": []}}
    answer = await server.post("/webhook", json=call)
    assert answer.status_code == 200, answer.text
    (response,) = answer.json()["responses"]
    return Reply.from_json(response["custom"])


def presses(reply: Reply) -> list[str]:
    return [button.press for row in reply.buttons for button in row]


async def test_an_answer_is_that_of_the_entry_in_the_chosen_language(server: httpx.AsyncClient, composer: Composer):
    reply = await run(server, "action_answer", {"id": "housing/lease", "outcome": "answer", "language": "en"})
    assert composer.content.entries["housing/lease"].texts["en"].answer in reply.text
    assert reply.remember["entry"] == "housing/lease"


async def test_trouble_gets_first_what_to_do_when_it_goes_wrong(server: httpx.AsyncClient, composer: Composer):
    reply = await run(server, "action_answer", {"id": "housing/lease", "trouble": True})
    assert composer.content.entries["housing/lease"].texts["en"].goes_wrong in reply.text


async def test_a_region_named_in_the_message_is_used_and_remembered(server: httpx.AsyncClient):
    reply = await run(server, "action_answer", {"id": "housing/rental_guarantee", "region": "flanders"})
    assert "In Flanders" in reply.text
    assert reply.remember["region"] == "flanders"


async def test_a_region_chosen_before_is_not_overwritten(server: httpx.AsyncClient):
    metadata = {"language": "en", "region": "brussels"}
    reply = await run(server, "action_answer", {"id": "housing/rental_guarantee", "region": "flanders"}, metadata=metadata)
    assert "In Brussels" in reply.text
    assert "region" not in reply.remember


async def test_who_helps_is_told_for_the_town_that_is_named(server: httpx.AsyncClient, composer: Composer):
    helped = next(one for one in composer.content.entries.values() if "cripel" in one.services)
    named = {"id": helped.id, "region": "wallonia", "municipality": "62063"}
    metadata = {"language": "en", "region": "flanders", "town": "44021"}
    reply = await run(server, "action_answer", named, metadata=metadata)
    assert "town" not in reply.remember and "region" not in reply.remember
    assert "Agentschap" not in reply.text
    first = await run(server, "action_answer", named)
    assert (first.remember["region"], first.remember["town"]) == ("wallonia", "62063")


async def test_another_language_than_the_chosen_one_is_offered(server: httpx.AsyncClient):
    reply = await run(server, "action_answer", {"id": "housing/lease", "language": "nl"})
    assert "language:nl" in presses(reply)


async def test_clarify_shows_the_three_likeliest(server: httpx.AsyncClient):
    ids = ["housing/lease", "thanks", "housing/eviction", "housing/energy", "housing/furniture"]
    reply = await run(server, "action_clarify", {"ranking": [{"id": one, "confidence": 0.2} for one in ids]})
    assert presses(reply) == ["entry:housing/lease", "entry:housing/eviction", "entry:housing/energy", "missed"]


async def test_the_first_miss_shows_the_menu_and_the_second_asks_for_a_case(server: httpx.AsyncClient, cases: Cases):
    first = await run(server, "action_fallback", {})
    assert first.remember["misses"] == "1" and "topic:housing" in presses(first)
    assert await cases.open_of(PERSON) is None
    metadata = {"language": "en", "misses": first.remember["misses"], "update": "2"}
    second = await run(server, "action_fallback", {}, metadata=metadata)
    assert (second.outcome, second.remember["wish"]) == ("handoff", "missed:")
    assert await cases.open_of(PERSON) is None


async def test_a_wish_for_a_person_is_asked_about_before_anything_is_stored(server: httpx.AsyncClient, cases: Cases):
    metadata = {"language": "ar", "entry": "housing/lease", "update": "3"}
    reply = await run(server, "action_handoff", {"id": "talk_to_human"}, text="a person please", metadata=metadata)
    assert presses(reply) == ["send:yes", "send:no"] and reply.language == "ar"
    assert reply.remember["wish"] == "asked:housing/lease"
    assert await cases.queue() == []


async def test_a_reply_tells_the_caseworkers_what_was_understood(server: httpx.AsyncClient):
    ranking = [{"id": one, "confidence": 0.3} for one in ("housing/lease", "housing/eviction", "housing/energy")]
    understood = {"id": "housing/lease", "confidence": 0.612, "ranking": ranking, "outcome": "answer"}
    reply = await run(server, "action_answer", understood)
    assert reply.about["id"] == "housing/lease" and reply.about["confidence"] == "0.61"
    assert reply.about["runner_ups"] == "housing/eviction,housing/energy"


async def test_a_crisis_gives_contacts_and_opens_an_urgent_case_about_its_entry(server: httpx.AsyncClient, cases: Cases):
    understood = {"id": "crisis/homeless_tonight", "crisis": "crisis/homeless_tonight", "entry": "first_steps/asylum_refused"}
    reply = await run(server, "action_crisis", understood)
    assert "112" in reply.text or "0800" in reply.text
    assert "entry:first_steps/asylum_refused" in presses(reply)
    case = await cases.open_of(PERSON)
    assert case is not None and case.urgent
    assert (case.crisis, case.entry) == ("crisis/homeless_tonight", "first_steps/asylum_refused")


@pytest.mark.parametrize(
    ("text", "language"),
    [("can we speak arabic", "ar"), ("اكتب لي بالتركية التركية", "tr"), ("parle en néerlandais", "nl"), ("Українська", "uk")],
)
async def test_a_named_language_is_set_at_once(server: httpx.AsyncClient, text: str, language: str):
    reply = await run(server, "action_change_language", {}, text=text)
    assert reply.remember == {"language": language} and reply.language == language


async def test_a_language_not_named_is_asked_for(server: httpx.AsyncClient):
    assert "language:ti" in presses(await run(server, "action_change_language", {}, text="another language"))


@pytest.mark.parametrize("action", ["action_dialogue", "action_menu", "action_privacy", "action_delete", "action_did_not_help"])
@pytest.mark.parametrize("understood", [None, {}, {"id": 7, "ranking": "x", "confidence": "high", "language": []}])
async def test_strange_understanding_still_gets_a_kind_reply(server: httpx.AsyncClient, action: str, understood: Any):
    assert (await run(server, action, understood)).text


async def test_an_action_that_is_not_there_is_said(server: httpx.AsyncClient):
    call = {"next_action": "action_gone", "tracker": {"sender_id": "a", "slots": {}, "latest_message": {}, "events": []}}
    assert (await server.post("/webhook", json=call)).status_code == 404
    assert (await server.post("/webhook", content=b"[")).status_code == 400


async def test_a_failing_action_is_an_error_without_words_in_the_log(server, composer, caplog, monkeypatch):
    monkeypatch.setattr(composer, "answer", lambda *_: 1 / 0)
    latest = {"text": "my secret words", "metadata": {}, "understanding": {"id": "housing/lease"}}
    call = {"next_action": "action_answer", "tracker": {"sender_id": "a", "slots": {}, "latest_message": latest, "events": []}}
    assert (await server.post("/webhook", json=call)).status_code == 500
    assert "action failed" in caplog.text and "secret" not in caplog.text


def test_every_language_is_known_by_its_name_in_every_language():
    names = language_names()
    assert names["arabisch"] == names["العربية"] == names["arabe"] == "ar"

"""What people do on their phones, and what the bot gets of it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import NotSeen, Person, Refused, SandboxClient
from tests.sandbox.bots import BotApi


async def last_update(api: BotApi) -> dict[str, Any]:
    update: dict[str, Any] = (await api.result("getUpdates", offset=-1))[0]
    return update


async def test_start_is_a_command_and_carries_the_payload_of_a_deep_link(api: BotApi, sandbox: SandboxClient) -> None:
    amina = await sandbox.person("Amina", "ar")
    await amina.starts("gent")
    message = (await last_update(api))["message"]
    assert message["text"] == "/start gent"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"] == {"id": amina.id, "is_bot": False, "first_name": "Amina", "language_code": "ar"}
    assert message["chat"] == {"id": amina.id, "type": "private", "first_name": "Amina"}


async def test_an_edited_text_arrives_as_edited_message(api: BotApi, amina: Person) -> None:
    message = await amina.says("helo")
    await amina.edits(message, "hello")
    update = await last_update(api)
    assert update["edited_message"]["text"] == "hello"
    assert update["edited_message"]["edit_date"]
    assert (await amina.messages())[-1].earlier == ("helo",)


@pytest.mark.parametrize("kind", ["voice", "photo", "document", "sticker"])
async def test_a_file_can_be_downloaded_by_the_bot(api: BotApi, amina: Person, kind: str) -> None:
    sent = await getattr(amina, f"sends_{kind}")()
    media = (await last_update(api))["message"][kind]
    file_id = (media[-1] if kind == "photo" else media)["file_id"]
    path = (await api.result("getFile", file_id=file_id))["file_path"]
    response = await api.http.get(f"/file/bot1:sandbox/{path}")
    assert response.content == await amina.opens(sent)
    assert response.headers["content-security-policy"] == "sandbox"


async def test_a_voice_is_an_ogg_file(amina: Person) -> None:
    assert (await amina.opens(await amina.sends_voice())).startswith(b"OggS")


async def test_location_contact_and_forwarded_messages_arrive(api: BotApi, amina: Person) -> None:
    await amina.sends_location()
    assert (await last_update(api))["message"]["location"] == {"latitude": 50.8467, "longitude": 4.3525}
    await amina.sends_contact()
    assert (await last_update(api))["message"]["contact"]["user_id"] == amina.id
    await amina.forwards("from elsewhere", origin="A friend")
    message = (await last_update(api))["message"]
    assert message["forward_origin"]["sender_user_name"] == "A friend"
    assert message["text"] == "from elsewhere"


async def test_blocking_and_unblocking_arrive_as_my_chat_member(api: BotApi, amina: Person) -> None:
    await amina.blocks()
    change = (await last_update(api))["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    with pytest.raises(Refused, match="unblock it first"):
        await amina.says("hello?")
    await amina.unblocks()
    assert (await last_update(api))["my_chat_member"]["new_chat_member"]["status"] == "member"


async def test_people_write_in_a_group(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    oleh = await sandbox.person("Oleh", "uk")
    group = await sandbox.group("Neighbours", [amina, oleh])
    await oleh.says("hello all", chat=group)
    update = await last_update(api)
    assert update["message"]["chat"] == {"id": group, "type": "group", "title": "Neighbours"}
    await api.result("sendMessage", chat_id=group, text="hello group")
    assert (await amina.sees("hello group", chat=group)).from_bot
    stranger = await sandbox.person("Stranger")
    with pytest.raises(Refused, match="is not in it"):
        await stranger.says("hi", chat=group)


async def test_a_button_that_is_not_there_cannot_be_pressed(amina: Person) -> None:
    with pytest.raises(Refused, match="on no message"):
        await amina.presses("Nowhere")


async def test_a_link_button_opens_and_tells_the_bot_nothing(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Site", "url": "https://www.belgium.be"}]]}
    await api.result("sendMessage", chat_id=amina.id, text="x", reply_markup=keyboard)
    assert await amina.presses("Site") is None
    assert (await sandbox.counters()).undelivered_updates == 1


async def test_a_person_waits_for_what_comes_and_says_what_came_instead(api: BotApi, amina: Person) -> None:
    await api.result("sendMessage", chat_id=amina.id, text="something else")
    with pytest.raises(NotSeen, match="did not see 'hello' within 0.1 s; the chat shows:\n.*\n  bot: something else"):
        await amina.hears("hello", within=0.1)
    await amina.says("next")
    with pytest.raises(NotSeen):
        await amina.hears("something else", within=0.1)
    assert (await amina.sees("something else")).text == "something else"
    await amina.hears_nothing(during=0.05)
    with pytest.raises(NotSeen, match="1 updates undelivered|2 updates undelivered"):
        await amina.client.settles(within=0.05)


async def test_calls_are_counted_and_remembered(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await api.result("sendMessage", chat_id=amina.id, text="x")
    assert (await sandbox.counters()).calls == {"sendMessage": 1}
    assert [call["chat_id"] for call in await sandbox.calls("sendMessage")] == [str(amina.id)]


async def test_nonsense_is_refused_with_a_clear_sentence(sandbox: SandboxClient, amina: Person) -> None:
    for path, body, reason in (
        ("/people", {"name": " "}, "name: missing or empty"),
        ("/people/7/text", {"text": "x"}, "person 7: unknown"),
        (f"/people/{amina.id}/send", {"kind": "dice"}, "kind 'dice': unknown"),
        (f"/people/{amina.id}/send", {"kind": "photo", "base64": "é"}, "base64: not base64"),
        (f"/people/{amina.id}/text", {"text": "x" * 4097}, "longer than 4,096"),
        ("/updates/999/repeat", {}, "update 999: not among"),
        ("/faults", {"kind": "dropped", "times": "many"}, "times: 'many' is not a number"),
        ("/groups", {"title": "x"}, "people: missing"),
    ):
        with pytest.raises(Refused, match=reason):
            await sandbox.ask("POST", path, body)

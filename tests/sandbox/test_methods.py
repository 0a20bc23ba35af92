"""Each rule of the Bot API the sandbox insists on, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import Person, SandboxClient
from sandbox.files import voice_sample
from tests.sandbox.bots import BotApi

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("\N{WAVING HAND SIGN}" * 2049, "message is too long"),
    ],
)
async def test_text_is_1_to_4096_utf16_units(api: BotApi, amina: Person, text: str, description: str) -> None:
    refusal = await api.refusal("sendMessage", chat_id=amina.id, text=text, parse_mode="HTML")
    assert refusal == (400, f"Bad Request: {description}")


async def test_length_is_measured_after_parsing(api: BotApi, amina: Person) -> None:
    text = "<b>" + "\N{WAVING HAND SIGN}" * 2048 + "</b>"
    await api.result("sendMessage", chat_id=amina.id, text=text, parse_mode="HTML")
    assert (await amina.hears()).entities == ({"type": "bold", "offset": 0, "length": 4096},)


async def test_a_caption_has_at_most_1024_utf16_units(api: BotApi, amina: Person) -> None:
    photo = (await sent_files(api, amina))["photo"][0]["file_id"]
    assert await api.refusal("sendPhoto", chat_id=amina.id, photo=photo, caption="x" * 1025) == (
        400,
        "Bad Request: message caption is too long",
    )
    await api.result("sendPhoto", chat_id=amina.id, photo=photo, caption="x" * 1024)


async def sent_files(api: BotApi, person: Person) -> dict[str, Any]:
    """The message the bot gets when the person sends a photo."""
    await person.sends_photo()
    message: dict[str, Any] = (await api.result("getUpdates"))[-1]["message"]
    return message


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "a", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "ع" * 33}, "BUTTON_DATA_INVALID"),
        (
            {"text": "a", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        ({"text": "a", "url": "nowhere"}, "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
        (
            {"text": "a", "url": "ftp://x.be"},
            "inline keyboard button URL 'ftp://x.be' is invalid: Unsupported URL protocol",
        ),
    ],
)
async def test_wrong_buttons_are_refused(api: BotApi, amina: Person, button: dict[str, Any], description: str) -> None:
    refusal = await api.refusal("sendMessage", chat_id=amina.id, text="x", reply_markup=inline(button))
    assert refusal == (400, f"Bad Request: {description}")


async def test_callback_data_of_64_bytes_comes_back_whole(api: BotApi, amina: Person) -> None:
    await api.result("getUpdates", offset=-1)
    await api.result("sendMessage", chat_id=amina.id, text="x", reply_markup=inline({"text": "a", "callback_data": "ع" * 32}))
    await amina.presses("a")
    assert (await api.result("getUpdates"))[-1]["callback_query"]["data"] == "ع" * 32


async def test_a_callback_query_is_answered_once_and_in_time(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await api.result("sendMessage", chat_id=amina.id, text="x", reply_markup=inline({"text": "a", "callback_data": "b"}))
    query = await amina.presses("a")
    assert (await sandbox.counters()).unanswered_callbacks == 1
    await api.result("answerCallbackQuery", callback_query_id=query, text="Done")
    assert await amina.notices() == ["Done"]
    assert await api.refusal("answerCallbackQuery", callback_query_id=query) == (400, TOO_OLD)
    assert (await sandbox.counters()).unanswered_callbacks == 0

    await sandbox.limits(callback_seconds=0)
    late = await amina.presses("a")
    assert await api.refusal("answerCallbackQuery", callback_query_id=late) == (400, TOO_OLD)
    assert (await sandbox.counters()).unanswered_callbacks == 1


async def test_edits_must_change_something_that_is_there(api: BotApi, amina: Person) -> None:
    markup = inline({"text": "a", "callback_data": "b"})
    own = await api.result("sendMessage", chat_id=amina.id, text="same", reply_markup=markup)
    place = {"chat_id": amina.id, "message_id": own["message_id"]}
    assert await api.refusal("editMessageText", **place, text=" same ", reply_markup=markup) == (400, NOT_MODIFIED)
    assert await api.refusal("editMessageReplyMarkup", **place, reply_markup=markup) == (400, NOT_MODIFIED)
    await api.result("editMessageReplyMarkup", **place)
    await api.result("editMessageText", **place, text="other")
    seen = await amina.hears()
    assert (seen.text, seen.earlier, seen.buttons) == ("other", ("same",), [])

    missing = {"chat_id": amina.id, "message_id": 999}
    assert await api.refusal("editMessageText", **missing, text="x") == (400, "Bad Request: message to edit not found")
    theirs = {"chat_id": amina.id, "message_id": (await amina.messages())[0].id}
    assert await api.refusal("editMessageText", **theirs, text="x") == (400, "Bad Request: message can't be edited")
    assert await api.refusal("deleteMessage", **missing) == (400, "Bad Request: message to delete not found")
    await api.result("deleteMessages", chat_id=amina.id, message_ids=[own["message_id"], 999])
    assert await amina.replies() == []


async def test_only_a_known_chat_that_has_not_blocked_the_bot_gets_messages(
    api: BotApi, amina: Person, sandbox: SandboxClient
) -> None:
    stranger = await sandbox.person("Never started", "en")
    not_found = (400, "Bad Request: chat not found")
    assert await api.refusal("sendMessage", chat_id=stranger.id, text="x") == not_found
    assert await api.refusal("sendMessage", chat_id="@nobody", text="x") == not_found
    assert await api.refusal("sendMessage", text="x") == (400, "Bad Request: chat_id is empty")
    await amina.blocks()
    blocked = (403, "Forbidden: bot was blocked by the user")
    assert await api.refusal("sendMessage", chat_id=amina.id, text="x") == blocked
    assert await api.refusal("sendChatAction", chat_id=amina.id, action="typing") == blocked
    await amina.unblocks()
    await api.result("sendMessage", chat_id=amina.id, text="x")


async def test_a_wrong_token_and_an_unknown_method_are_told_apart(api: BotApi) -> None:
    assert await BotApi(api.http, "2:wrong").refusal("getMe") == (401, "Unauthorized")
    assert await api.refusal("sendDice") == (404, "Not Found: method not found")
    assert (await api.http.get("/bot1:sandbox/GETME")).json()["result"]["is_bot"]


@pytest.mark.parametrize(
    ("commands", "description"),
    [
        ([{"command": "Start", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "with-dash", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "", "description": "x"}], "command must be non-empty"),
        ([{"command": "x" * 33, "description": "x"}], "command length must not exceed 32"),
        ([{"command": "start", "description": " "}], "command description must be non-empty"),
        ([{"command": "start", "description": "x" * 257}], "command description length must not exceed 256"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_wrong_commands_are_refused(api: BotApi, commands: list[dict[str, str]], description: str) -> None:
    assert await api.refusal("setMyCommands", commands=commands) == (400, f"Bad Request: {description}")


async def test_a_person_sees_the_commands_of_the_narrowest_scope_in_their_language(api: BotApi, amina: Person) -> None:
    everywhere = {"type": "all_private_chats"}
    await api.result("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    arabic = [{"command": "help", "description": "مساعدة"}]
    await api.result("setMyCommands", commands=arabic, scope=everywhere, language_code="ar")
    assert (await amina.looks())["commands"] == arabic
    await api.result("deleteMyCommands", scope=everywhere, language_code="ar")
    assert (await amina.looks())["commands"] == [{"command": "help", "description": "Help"}]
    assert await api.result("getMyCommands", scope=everywhere, language_code="ar") == []
    refusal = await api.refusal("setMyCommands", commands=[], language_code="arabic")
    assert refusal == (400, "Bad Request: invalid language code specified")


async def test_parameters_arrive_as_query_form_multipart_or_json(api: BotApi, amina: Person) -> None:
    address = "/bot1:sandbox/sendMessage"
    parameters = {"chat_id": str(amina.id), "text": "x", "reply_markup": '{"inline_keyboard": []}'}
    await api.http.get(address, params=parameters)
    await api.http.post(address, data=parameters)
    await api.http.post(address, files={name: (None, value) for name, value in parameters.items()})
    await api.http.post(address, json=parameters | {"reply_markup": {"inline_keyboard": []}})
    assert [message.text for message in await amina.replies()] == ["x"] * 4


@pytest.mark.parametrize("kind", ["photo", "voice", "document", "audio", "video"])
async def test_a_file_sent_can_be_fetched_and_sent_again(api: BotApi, amina: Person, kind: str) -> None:
    method = f"send{kind.capitalize()}"
    upload = {kind: ("x.bin", voice_sample(), "audio/ogg")}
    response = await api.http.post(f"/bot1:sandbox/{method}", data={"chat_id": str(amina.id), "caption": "c"}, files=upload)
    media = response.json()["result"][kind]
    file_id = (media[-1] if kind == "photo" else media)["file_id"]
    found = await api.result("getFile", file_id=file_id)
    downloaded = await api.http.get(f"/file/bot1:sandbox/{found['file_path']}")
    assert downloaded.content == voice_sample()
    await api.result(method, chat_id=amina.id, **{kind: file_id})
    assert await api.refusal("getFile", file_id="unknown") == (400, "Bad Request: invalid file_id")
    refusal = await api.refusal(method, chat_id=amina.id, **{kind: "https://example.org/x"})
    assert refusal == (400, "Bad Request: wrong file identifier/HTTP URL specified")


async def test_a_reply_to_a_message_that_is_gone_is_refused_unless_allowed(api: BotApi, amina: Person) -> None:
    missing = {"message_id": 999}
    refusal = await api.refusal("sendMessage", chat_id=amina.id, text="x", reply_parameters=missing)
    assert refusal == (400, "Bad Request: message to be replied not found")
    allowed = missing | {"allow_sending_without_reply": True}
    await api.result("sendMessage", chat_id=amina.id, text="x", reply_parameters=allowed)
    first = (await amina.messages())[0]
    await api.result("sendMessage", chat_id=amina.id, text="y", reply_parameters={"message_id": first.id})
    assert (await amina.hears("y")).reply_to == first.id


async def test_a_reply_keyboard_stays_until_it_is_removed(api: BotApi, amina: Person) -> None:
    keyboard = {"keyboard": [["Yes", {"text": "No"}]]}
    await api.result("sendMessage", chat_id=amina.id, text="?", reply_markup=keyboard)
    assert (await amina.looks())["keyboard"] == [["Yes", "No"]]
    await amina.presses("No")
    assert (await amina.messages())[-1].text == "No"
    await api.result("sendMessage", chat_id=amina.id, text="ok", reply_markup={"remove_keyboard": True})
    assert (await amina.looks())["keyboard"] == []


async def test_the_bot_describes_itself_in_several_languages(api: BotApi, amina: Person) -> None:
    await api.result("setMyDescription", description="All")
    await api.result("setMyDescription", description="الكل", language_code="ar")
    assert (await api.result("getMyDescription", language_code="ar"))["description"] == "الكل"
    assert (await api.result("getMyDescription", language_code="fa"))["description"] == "All"
    assert (await api.refusal("setMyShortDescription", short_description="x" * 121))[0] == 400
    await api.result("setChatMenuButton", menu_button={"type": "commands"})
    assert (await api.result("getChat", chat_id=amina.id))["type"] == "private"
    assert await api.result("sendLocation", chat_id=amina.id, latitude=50.8, longitude=4.3)
    assert await api.result("logOut") is True

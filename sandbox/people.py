"""What people do on their phones: write, press, send, block. Each act becomes an update for the bot."""

from __future__ import annotations

import asyncio
import base64
from itertools import islice

from starlette.requests import Request

from sandbox.chats import Chat, Message, Person
from sandbox.errors import ControlError
from sandbox.files import document_sample, media_fields, picture_sample, sticker_sample, voice_sample
from sandbox.formatting import found_entities, utf16_length
from sandbox.requests import amount, body_of, number, words
from sandbox.telegram import Telegram
from sandbox.views import button_rows, portrait, view

Json = dict[str, object]

LOOKED_THROUGH = 200
LONGEST_WAIT_SECONDS = 30.0
BRUSSELS: Json = {"latitude": 50.8467, "longitude": 4.3525}
SAMPLES = {
    "voice": ("voice.ogg", "audio/ogg", voice_sample),
    "photo": ("photo.png", "image/png", picture_sample),
    "document": ("letter.txt", "text/plain", document_sample),
    "sticker": ("sticker.webp", "image/webp", sticker_sample),
}


def person_of(telegram: Telegram, request: Request) -> Person:
    return telegram.person(request.path_params["person"])


def shared_chat(telegram: Telegram, person: Person, chat_id: int) -> Chat:
    chat = telegram.chats.get(chat_id)
    if chat is None or person.id not in chat.people:
        raise ControlError(f"chat {chat_id}: person {person.id} is not in it", 404)
    return chat


def chat_of(telegram: Telegram, person: Person, body: Json) -> Chat:
    """The private chat, or the group named by `chat`; refuses one whose bot the person has blocked."""
    chat = shared_chat(telegram, person, number(body, "chat") if body.get("chat") else person.id)
    if chat.blocked:
        raise ControlError(f"person {person.id} has blocked the bot: unblock it first", 409)
    return chat


def sent(telegram: Telegram, chat: Chat, person: Person, content: Json, reply_to: object = None) -> Json:
    """Put the person's message into the chat and an update into the queue."""
    chat.started = True
    reply = reply_to if isinstance(reply_to, int) and reply_to in chat.messages else None
    message = telegram.write(chat, person.as_json(), content, reply_to=reply)
    update_id = telegram.put(chat, "message", chat.message_json(message))
    return {"message": view(telegram, chat, message), "update_id": update_id, "revision": chat.revision}


def text_content(text: str) -> Json:
    text = text.strip()
    if utf16_length(text) > 4096:
        raise ControlError("text: longer than 4,096 UTF-16 units; Telegram's apps would send several messages")
    entities = found_entities(text)
    return {"text": text, "entities": entities} if entities else {"text": text}


async def add_person(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    person = telegram.add_person(words(body, "name"), str(body.get("language_code") or "en"))
    return portrait(telegram, person)


async def list_people(telegram: Telegram, request: Request) -> object:
    return {"people": [portrait(telegram, person) for person in telegram.people.values()]}


async def show_person(telegram: Telegram, request: Request) -> object:
    return portrait(telegram, person_of(telegram, request))


async def read_messages(telegram: Telegram, request: Request) -> object:
    """The chat's messages in the order the person sees them; with `after`, waits for a newer revision first."""
    person = person_of(telegram, request)
    given = {name: amount(value, name) for name, value in request.query_params.items()}
    chat = shared_chat(telegram, person, int(given.get("chat", person.id)))
    if chat.revision <= given.get("after", -1):
        await wait_for_change(chat, given.get("wait", 0))
    last = max(int(given.get("last", 200)), 1)
    shown = list(islice(reversed(chat.messages.values()), last))[::-1]
    return {"revision": chat.revision, "messages": [view(telegram, chat, message) for message in shown]}


async def wait_for_change(chat: Chat, seconds: float) -> None:
    try:
        await asyncio.wait_for(chat.changed.wait(), min(seconds, LONGEST_WAIT_SECONDS))
    except asyncio.TimeoutError:
        return


async def read_message(telegram: Telegram, request: Request) -> object:
    chat = telegram.chats.get(int(amount(request.path_params["chat"], "chat")))
    message = chat.messages.get(request.path_params["message"]) if chat else None
    if chat is None or message is None:
        raise ControlError("message: not there (any more)", 404)
    return view(telegram, chat, message)


async def say(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    person = person_of(telegram, request)
    chat = chat_of(telegram, person, body)
    return sent(telegram, chat, person, text_content(words(body, "text")), body.get("reply_to"))


async def edit(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    person = person_of(telegram, request)
    chat = chat_of(telegram, person, body)
    message = chat.messages.get(number(body, "message"))
    if message is None or message.sender.get("id") != person.id or "text" not in message.content:
        raise ControlError(f"message {body['message']}: not a text of person {person.id}", 404)
    edited = chat.edit(message, text_content(words(body, "text")), None, telegram.now())
    telegram.watchers.tell("message", chat.id, message=edited.id)
    update_id = telegram.put(chat, "edited_message", chat.message_json(edited))
    return {"message": view(telegram, chat, edited), "update_id": update_id, "revision": chat.revision}


async def press(telegram: Telegram, request: Request) -> object:
    """Press a button by its text or its data: of the message given, else of the newest message that has it."""
    body = await body_of(request)
    person = person_of(telegram, request)
    chat = chat_of(telegram, person, body)
    wanted = words(body, "button")
    given = chat.messages.get(number(body, "message")) if body.get("message") else None
    newest_first = islice(reversed(chat.messages.values()), LOOKED_THROUGH)
    for message in newest_first if body.get("message") is None else filter(None, [given]):
        if button := find_button(message, wanted):
            return pressed(telegram, chat, person, message, button)
    if any(wanted in row for row in chat.keyboard):
        return sent(telegram, chat, person, text_content(wanted))
    raise ControlError(f"button {wanted!r}: on no message of chat {chat.id}", 404)


def find_button(message: Message, wanted: str) -> Json | None:
    buttons = [button for row in button_rows(message) for button in row]
    for name in ("data", "text"):
        for button in buttons:
            if button[name] == wanted:
                return button
    return None


def pressed(telegram: Telegram, chat: Chat, person: Person, message: Message, button: Json) -> Json:
    if button["data"] is None:
        return {"url": button["url"], "query_id": None, "revision": chat.revision}
    query_id = telegram.press(chat, person, message, str(button["data"]))
    return {"query_id": query_id, "update_id": chat.last_update, "revision": chat.revision}


async def send(telegram: Telegram, request: Request) -> object:
    """Anything but a text: `kind` is voice, photo, document, sticker, location, contact or forward."""
    body = await body_of(request)
    person = person_of(telegram, request)
    chat = chat_of(telegram, person, body)
    kind = words(body, "kind")
    content = plain_content(telegram, person, kind, body) if kind not in SAMPLES else file_content(telegram, kind, body)
    if caption := str(body.get("caption") or ""):
        content["caption"] = caption
    return sent(telegram, chat, person, content, body.get("reply_to"))


def plain_content(telegram: Telegram, person: Person, kind: str, body: Json) -> Json:
    if kind == "location":
        return {"location": {name: body.get(name, default) for name, default in BRUSSELS.items()}}
    if kind == "contact":
        phone = str(body.get("phone") or "+32400000000")
        return {"contact": {"phone_number": phone, "first_name": person.name, "user_id": person.id}}
    if kind == "forward":
        origin = {"type": "hidden_user", "sender_user_name": str(body.get("origin") or "Somebody"), "date": 1}
        return {"forward_origin": origin, **text_content(words(body, "text"))}
    raise ControlError(f"kind {kind!r}: unknown, use {', '.join(SAMPLES)}, location, contact or forward")


def file_content(telegram: Telegram, kind: str, body: Json) -> Json:
    name, mime_type, sample = SAMPLES[kind]
    try:
        content = base64.b64decode(str(body["base64"]), validate=True) if body.get("base64") else sample()
    except ValueError as error:
        raise ControlError("base64: not base64, encode the file's bytes") from error
    name, mime_type = str(body.get("name") or name), str(body.get("type") or mime_type)
    return media_fields(kind, telegram.files.add(kind, name, mime_type, content))


async def block(telegram: Telegram, request: Request) -> object:
    """Block or unblock the bot; the bot hears of it as my_chat_member."""
    person = person_of(telegram, request)
    blocked = (await body_of(request)).get("blocked") is True
    chat = telegram.chats[person.id]
    if chat.blocked == blocked:
        return portrait(telegram, person)
    chat.blocked = blocked
    chat.touch()
    telegram.watchers.tell("person", person.id)
    statuses: list[Json] = [{"status": "member"}, {"status": "kicked", "until_date": 0}]
    change = member_change(telegram, chat, person, statuses[not blocked], statuses[blocked])
    telegram.put(chat, "my_chat_member", change)
    return portrait(telegram, person)


def member_change(telegram: Telegram, chat: Chat, person: Person, old: Json, new: Json) -> Json:
    return {
        "chat": chat.as_json(),
        "from": person.as_json(),
        "date": telegram.now(),
        "old_chat_member": {"user": telegram.bot, **old},
        "new_chat_member": {"user": telegram.bot, **new},
    }


async def repeat_last(telegram: Telegram, request: Request) -> object:
    person = person_of(telegram, request)
    update_id = telegram.chats[person.id].last_update
    if update_id is None:
        raise ControlError(f"person {person.id}: has sent no update yet", 409)
    telegram.updates.repeat(update_id)
    return {"update_id": update_id}


async def add_group(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    ids = body.get("people")
    if not isinstance(ids, list) or not ids:
        raise ControlError("people: missing, give a list of ids of people")
    people = [telegram.person(person_id) for person_id in ids]
    chat = telegram.add_group(words(body, "title"), people)
    change = member_change(telegram, chat, people[0], {"status": "left"}, {"status": "member"})
    telegram.put(chat, "my_chat_member", change)
    return chat.as_json()

"""The person side: what people do on their phones, and what a test wants to know or to break. JSON under /sandbox/."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from typing import cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.bot_api import answer
from sandbox.chats import Chat, Message, Person
from sandbox.errors import ControlError
from sandbox.faults import Fault
from sandbox.files import document_sample, media_fields, picture_sample, sticker_sample, voice_sample
from sandbox.formatting import found_entities, utf16_length
from sandbox.telegram import END, Telegram

Json = dict[str, object]
Handler = Callable[[Telegram, Request], Awaitable[object]]

LONGEST_WAIT_SECONDS = 30.0
HEARTBEAT_SECONDS = 15.0
LOOKED_THROUGH = 200
BRUSSELS: Json = {"latitude": 50.8467, "longitude": 4.3525}
SAMPLES = {
    "voice": ("voice.ogg", "audio/ogg", voice_sample),
    "photo": ("photo.png", "image/png", picture_sample),
    "document": ("letter.txt", "text/plain", document_sample),
    "sticker": ("sticker.webp", "image/webp", sticker_sample),
}


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers JSON, and a ControlError as `{"error": ...}`."""

    async def respond(request: Request) -> Response:
        telegram = cast(Telegram, request.app.state.telegram)
        try:
            return answer(cast(Json, await handler(telegram, request)))
        except ControlError as error:
            return answer({"error": str(error)}, error.status)

    return respond


async def body_of(request: Request) -> Json:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise ControlError(f"{request.url.path}: the body is not JSON") from error
    if not isinstance(body, dict):
        raise ControlError(f"{request.url.path}: the body must be a JSON object")
    return body


def words(body: Json, name: str) -> str:
    given = body.get(name)
    if not isinstance(given, str) or not given.strip():
        raise ControlError(f"{name}: missing or empty, give a text")
    return given


def number(body: Json, name: str) -> int:
    given = body.get(name)
    if not isinstance(given, int):
        raise ControlError(f"{name}: missing, give a whole number")
    return given


def amount(given: object, name: str) -> float:
    try:
        return float(str(given))
    except ValueError as error:
        raise ControlError(f"{name}: {given!r} is not a number") from error


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


def portrait(telegram: Telegram, person: Person) -> Json:
    """The person and everything around the bubbles: menu, keyboard, notices."""
    chat = telegram.chats[person.id]
    return {
        "id": person.id,
        "name": person.name,
        "language_code": person.language_code,
        "started": chat.started,
        "blocked": chat.blocked,
        "revision": chat.revision,
        "keyboard": chat.keyboard,
        "notices": chat.notices,
        "commands": telegram.profile.commands_for(person),
    }


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


def view(telegram: Telegram, chat: Chat, message: Message) -> Json:
    """A message as the person sees it."""
    content = message.content
    kind = next((name for name in content if name not in ("caption", "caption_entities", "entities")), "text")
    return {
        "id": message.id,
        "chat": chat.id,
        "from": "bot" if message.sender is telegram.bot else message.sender["id"],
        "name": message.sender["first_name"],
        "date": message.date,
        "kind": "text" if kind in ("text", "forward_origin") and "text" in content else kind,
        "text": content.get("text") or content.get("caption") or "",
        "entities": content.get("entities") or content.get("caption_entities") or [],
        "rows": button_rows(message),
        "edited": bool(message.earlier),
        "earlier": [before.get("text") or before.get("caption") or "" for before in message.earlier],
        "reply_to": message.reply_to,
        "forwarded": "forward_origin" in content,
        "file": file_view(telegram, content.get(kind)),
        "location": content.get("location"),
        "contact": content.get("contact"),
        "revision": message.revision,
    }


def button_rows(message: Message) -> list[list[Json]]:
    rows = (message.markup or {}).get("inline_keyboard")
    if not isinstance(rows, list):
        return []
    return [[{"text": b["text"], "data": b.get("callback_data"), "url": b.get("url")} for b in row] for row in rows]


def file_view(telegram: Telegram, media: object) -> Json | None:
    body = media[-1] if isinstance(media, list) and media else media
    if not isinstance(body, dict) or "file_id" not in body:
        return None
    stored = telegram.files.get(str(body["file_id"]))
    return {"name": stored.name, "type": stored.mime_type, "url": f"/file/bot{telegram.token}/{stored.path}"}


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


async def repeat_update(telegram: Telegram, request: Request) -> object:
    telegram.updates.repeat(request.path_params["update"])
    return {"update_id": request.path_params["update"]}


async def forge_update(telegram: Telegram, request: Request) -> object:
    return {"update_id": telegram.updates.forge(await body_of(request))}


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


async def add_fault(telegram: Telegram, request: Request) -> object:
    body = await body_of(request)
    chat_id = body.get("chat_id")
    telegram.faults.add(
        Fault(
            kind=words(body, "kind"),
            method=str(body.get("method") or "*"),
            times=int(amount(body.get("times", 1), "times")),
            retry_after=int(amount(body.get("retry_after", 1), "retry_after")),
            seconds=amount(body.get("seconds", 30), "seconds"),
            chat_id=chat_id if isinstance(chat_id, int) else None,
        )
    )
    return {}


async def clear_faults(telegram: Telegram, request: Request) -> object:
    telegram.faults.clear()
    return {}


async def set_down(telegram: Telegram, request: Request) -> object:
    telegram.faults.down = (await body_of(request)).get("down") is True
    return {"down": telegram.faults.down}


async def set_limits(telegram: Telegram, request: Request) -> object:
    """Telegram's pace, enforced or not, and how long a pressed button may stay unanswered."""
    body = await body_of(request)
    pace = telegram.pace
    pace.set(
        enforced=bool(body.get("enforced", pace.enforced)),
        per_second=amount(body.get("per_second", pace.per_second), "per_second"),
        per_chat_per_second=amount(body.get("per_chat_per_second", pace.per_chat_per_second), "per_chat_per_second"),
        burst=int(amount(body.get("burst", pace.burst), "burst")),
    )
    telegram.callback_seconds = amount(body.get("callback_seconds", telegram.callback_seconds), "callback_seconds")
    return {}


async def show_counters(telegram: Telegram, request: Request) -> object:
    return {
        "calls": telegram.calls,
        "failures": telegram.failures,
        "undelivered_updates": len(telegram.updates),
        "unanswered_callbacks": len(telegram.pressed),
        "people": len(telegram.people),
        "watchers": len(telegram.watchers),
    }


async def show_calls(telegram: Telegram, request: Request) -> object:
    method = request.query_params.get("method")
    return {"calls": [call for call in telegram.recent_calls if method in (None, call["method"])]}


async def follow(request: Request) -> Response:
    """Server-sent events: what changed, in which chat; the page then reads it."""
    telegram = cast(Telegram, request.app.state.telegram)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(changes(telegram), media_type="text/event-stream", headers=headers)


async def changes(telegram: Telegram) -> AsyncIterator[str]:
    queue = telegram.watchers.open()
    try:
        yield ": hello\n\n"
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except asyncio.TimeoutError:
                yield ": still here\n\n"
                continue
            if change["kind"] == END:
                return
            yield f"data: {json.dumps(change, ensure_ascii=False)}\n\n"
    finally:
        telegram.watchers.close(queue)


def route(method: str, path: str, handler: Handler) -> Route:
    return Route(f"/sandbox{path}", endpoint(handler), methods=[method])


ROUTES = [
    route("POST", "/people", add_person),
    route("GET", "/people", list_people),
    route("GET", "/people/{person:int}", show_person),
    route("GET", "/people/{person:int}/messages", read_messages),
    route("GET", "/chats/{chat}/messages/{message:int}", read_message),
    route("POST", "/people/{person:int}/text", say),
    route("POST", "/people/{person:int}/edit", edit),
    route("POST", "/people/{person:int}/press", press),
    route("POST", "/people/{person:int}/send", send),
    route("POST", "/people/{person:int}/block", block),
    route("POST", "/people/{person:int}/repeat", repeat_last),
    route("POST", "/groups", add_group),
    route("POST", "/updates", forge_update),
    route("POST", "/updates/{update:int}/repeat", repeat_update),
    route("POST", "/faults", add_fault),
    route("DELETE", "/faults", clear_faults),
    route("POST", "/down", set_down),
    route("POST", "/limits", set_limits),
    route("GET", "/counters", show_counters),
    route("GET", "/calls", show_calls),
    Route("/sandbox/events", follow),
]

"""Messages the bot sends, edits and deletes.

Promise: what Telegram would not show is refused before anything changes.
"""

from __future__ import annotations

from sandbox.calls import Call, whole
from sandbox.chats import Chat, Message
from sandbox.errors import MESSAGE_NOT_MODIFIED, bad_request
from sandbox.files import media_fields
from sandbox.formatting import Entity, parse, utf16_length
from sandbox.keyboards import checked_markup
from sandbox.telegram import TYPING_SECONDS, Telegram

Json = dict[str, object]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DELETE_LIMIT = 100
CONTENT_FIELDS = ("text", "entities", "caption", "caption_entities")
CHAT_ACTIONS = frozenset(
    {"typing", "choose_sticker", "find_location", "record_video", "record_voice", "record_audio", "record_video_note"}
    | {f"upload_{kind}" for kind in ("photo", "video", "voice", "audio", "document", "video_note")}
)


def parsed(call: Call, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    text, found = parse(call.text(name), call.text("parse_mode"))
    given = call.structure(entities_name)
    if not call.text("parse_mode") and isinstance(given, list) and given:
        return text, checked_entities(given, text)
    return text, found


def checked_entities(given: list[object], text: str) -> list[Entity]:
    entities = [entity for entity in given if isinstance(entity, dict)]
    for entity in entities:
        offset, length = whole(entity.get("offset"), "offset"), whole(entity.get("length"), "length")
        if offset < 0:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if offset + length > utf16_length(text):
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {offset + length}"
            )
    return entities


def text_content(call: Call) -> Json:
    text, entities = parsed(call, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption_content(call: Call) -> Json:
    caption, entities = parsed(call, "caption", "caption_entities")
    if utf16_length(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not caption:
        return {}
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}


async def send_message(telegram: Telegram, call: Call) -> object:
    content = text_content(call)
    return send(telegram, call, content)


def send(telegram: Telegram, call: Call, content: Json) -> Json:
    markup = checked_markup(call.structure("reply_markup"))
    chat = telegram.chat_for_bot(call.text("chat_id"))
    reply_to = replied_message(chat, call)
    show_keyboard(chat, markup)
    return chat.message_json(telegram.write(chat, telegram.bot, content, markup, reply_to))


def replied_message(chat: Chat, call: Call) -> int | None:
    reply = call.structure("reply_parameters")
    if not isinstance(reply, dict):
        reply = {"message_id": call.integer("reply_to_message_id")} if call.text("reply_to_message_id") else None
    if reply is None:
        return None
    if "message_id" not in reply:
        raise bad_request('can\'t find field "message_id"')
    message_id = whole(reply["message_id"], "message_id")
    if message_id in chat.messages:
        return message_id
    if reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def show_keyboard(chat: Chat, markup: Json | None) -> None:
    """A reply keyboard stays under the text box until another takes its place or it is removed."""
    if markup is None or "inline_keyboard" in markup:
        return
    rows = markup.get("keyboard")
    if isinstance(rows, list):
        chat.keyboard = [[button if isinstance(button, str) else str(button["text"]) for button in row] for row in rows]
    if markup.get("remove_keyboard"):
        chat.keyboard = []


async def send_media(kind: str, telegram: Telegram, call: Call) -> object:
    caption = caption_content(call)
    return send(telegram, call, media_content(telegram, call, kind) | caption)


def media_content(telegram: Telegram, call: Call, kind: str) -> Json:
    given = call.text(kind)
    upload = call.uploads.get(given.removeprefix("attach://")) if given else call.uploads.get(kind)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return media_fields(kind, telegram.files.add(kind, upload.name, upload.mime_type, upload.content))
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    return media_fields(kind, telegram.files.get(given))


async def send_location(telegram: Telegram, call: Call) -> object:
    try:
        latitude, longitude = float(call.text("latitude")), float(call.text("longitude"))
    except ValueError as error:
        raise bad_request("invalid location specified") from error
    return send(telegram, call, {"location": {"latitude": latitude, "longitude": longitude}})


async def send_chat_action(telegram: Telegram, call: Call) -> object:
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = telegram.chat_for_bot(call.text("chat_id"))
    telegram.watchers.tell("typing", chat.id, seconds=TYPING_SECONDS)
    return True


def own_message(chat: Chat, telegram: Telegram, call: Call) -> Message:
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not telegram.bot:
        raise bad_request("message can't be edited")
    return message


async def edit_message_text(telegram: Telegram, call: Call) -> object:
    content = text_content(call)
    markup = checked_markup(call.structure("reply_markup"), inline_only=True)
    chat = telegram.chat_for_bot(call.text("chat_id"))
    message = own_message(chat, telegram, call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return edit(telegram, chat, message, content, markup)


async def edit_message_caption(telegram: Telegram, call: Call) -> object:
    caption = caption_content(call)
    markup = checked_markup(call.structure("reply_markup"), inline_only=True)
    chat = telegram.chat_for_bot(call.text("chat_id"))
    message = own_message(chat, telegram, call)
    if "text" in message.content:
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if name not in CONTENT_FIELDS}
    return edit(telegram, chat, message, kept | caption, markup)


async def edit_message_reply_markup(telegram: Telegram, call: Call) -> object:
    markup = checked_markup(call.structure("reply_markup"), inline_only=True)
    chat = telegram.chat_for_bot(call.text("chat_id"))
    message = own_message(chat, telegram, call)
    return edit(telegram, chat, message, message.content, markup)


def edit(telegram: Telegram, chat: Chat, message: Message, content: Json, markup: Json | None) -> Json:
    shown = message.markup if message.markup and "inline_keyboard" in message.markup else None
    if content == message.content and markup == shown:
        raise bad_request(MESSAGE_NOT_MODIFIED)
    edited = chat.edit(message, content, markup, telegram.now())
    telegram.watchers.tell("message", chat.id, message=edited.id)
    return chat.message_json(edited)


async def delete_message(telegram: Telegram, call: Call) -> object:
    chat = telegram.chat_for_bot(call.text("chat_id"))
    if not delete(telegram, chat, call.integer("message_id")):
        raise bad_request("message to delete not found")
    return True


async def delete_messages(telegram: Telegram, call: Call) -> object:
    chat = telegram.chat_for_bot(call.text("chat_id"))
    ids = call.structure("message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > DELETE_LIMIT:
        raise bad_request("too many message identifiers specified")
    for message_id in ids:
        delete(telegram, chat, whole(message_id, "message_ids"))
    return True


def delete(telegram: Telegram, chat: Chat, message_id: int) -> bool:
    if message_id not in chat.messages:
        return False
    chat.remove(message_id)
    telegram.watchers.tell("deleted", chat.id, message=message_id)
    return True

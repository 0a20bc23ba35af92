"""The Bot API's methods, strict where Telegram is strict.

Promise: every method either does what Telegram would do or raises TelegramError in Telegram's words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from sandbox.chats import Chat, Message
from sandbox.errors import MESSAGE_NOT_MODIFIED, QUERY_TOO_OLD, TelegramError, bad_request
from sandbox.files import media_fields
from sandbox.formatting import Entity, parse, utf16_length
from sandbox.keyboards import checked_markup
from sandbox.telegram import TYPING_SECONDS, Telegram
from sandbox.updates import Webhook

Json = dict[str, object]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
NOTICE_LIMIT = 200
COMMAND_LIMIT = 100
DESCRIPTION_LIMITS = {"names": 64, "descriptions": 512, "short_descriptions": 120}
DELETE_LIMIT = 100
CONTENT_FIELDS = ("text", "entities", "caption", "caption_entities")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"([a-z]{2})?")
CHAT_ACTIONS = frozenset(
    {"typing", "choose_sticker", "find_location", "record_video", "record_voice", "record_audio", "record_video_note"}
    | {f"upload_{kind}" for kind in ("photo", "video", "voice", "audio", "document", "video_note")}
)


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One call of a method: its parameters as they came (strings, or JSON values) and its uploads."""

    method: str
    parameters: Mapping[str, object]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        given = self.parameters.get(name)
        if isinstance(given, (dict, list)):
            return json.dumps(given)
        return "" if given is None else str(given)

    def integer(self, name: str, default: int = 0) -> int:
        given = self.text(name).strip()
        return int(given) if given.lstrip("-").isdigit() else default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> object:
        """A parameter that is a JSON object or array; None when it is missing."""
        given = self.parameters.get(name)
        if not isinstance(given, str):
            return given
        if not given:
            return None
        try:
            return json.loads(given)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error


def whole(given: object, name: str) -> int:
    """A number inside a JSON parameter."""
    if isinstance(given, int) or (isinstance(given, str) and given.lstrip("-").isdigit()):
        return int(given)
    raise bad_request(f'field "{name}" must be of type Number')


Method = Callable[[Telegram, Call], Awaitable[object]]


async def get_me(telegram: Telegram, call: Call) -> object:
    abilities = ("can_join_groups", "can_read_all_group_messages")
    inabilities = ("supports_inline_queries", "can_connect_to_business", "has_main_web_app")
    return telegram.bot | dict.fromkeys(abilities, True) | dict.fromkeys(inabilities, False)


async def get_updates(telegram: Telegram, call: Call) -> object:
    remember_allowed_updates(telegram, call)
    timeout = float(call.integer("timeout"))
    return await telegram.updates.get(call.integer("offset"), call.integer("limit", 100), timeout)


def remember_allowed_updates(telegram: Telegram, call: Call) -> None:
    allowed = call.structure("allowed_updates")
    if isinstance(allowed, list):
        telegram.updates.allowed = [str(kind) for kind in allowed]


async def set_webhook(telegram: Telegram, call: Call) -> object:
    url = call.text("url")
    if not url:
        return await delete_webhook(telegram, call)
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    remember_allowed_updates(telegram, call)
    connections = min(max(call.integer("max_connections", 40), 1), 100)
    webhook = Webhook(url, secret, connections, telegram.updates, telegram.faults)
    await telegram.updates.set_webhook(webhook, call.flag("drop_pending_updates"))
    return True


async def delete_webhook(telegram: Telegram, call: Call) -> object:
    await telegram.updates.set_webhook(None, call.flag("drop_pending_updates"))
    return True


async def get_webhook_info(telegram: Telegram, call: Call) -> object:
    webhook = telegram.updates.webhook
    body: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates),
    }
    if webhook:
        body["max_connections"] = webhook.max_connections
    if webhook and webhook.last_error:
        body |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
    if telegram.updates.allowed:
        body["allowed_updates"] = telegram.updates.allowed
    return body


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
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset "
                f"{offset + length}"
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


async def answer_callback_query(telegram: Telegram, call: Call) -> object:
    text = call.text("text")
    if utf16_length(text) > NOTICE_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    if not telegram.answer(call.text("callback_query_id"), text, call.flag("show_alert")):
        raise bad_request(QUERY_TOO_OLD)
    return True


async def send_chat_action(telegram: Telegram, call: Call) -> object:
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = telegram.chat_for_bot(call.text("chat_id"))
    telegram.watchers.tell("typing", chat.id, seconds=TYPING_SECONDS)
    return True


def command_place(telegram: Telegram, call: Call) -> tuple[str, str]:
    """Where a list of commands belongs: its scope and language."""
    language = call.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    scope = call.structure("scope")
    if scope is None:
        return "default", language
    if not isinstance(scope, dict) or not scope.get("type"):
        raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
    if scope["type"] in ("chat", "chat_administrators", "chat_member"):
        chat = telegram.chat_for_bot(str(scope.get("chat_id", "")))
        return f"{scope['type']}:{chat.id}", language
    if scope["type"] not in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return str(scope["type"]), language


def checked_command(given: object) -> Json:
    if not isinstance(given, dict) or not isinstance(given.get("command"), str):
        raise bad_request("can't parse BotCommand: Can't find field \"command\"")
    name, description = given["command"].strip().removeprefix("/"), str(given.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if utf16_length(description) > 256:
        raise bad_request("command description length must not exceed 256")
    return {"command": name, "description": description}


async def set_my_commands(telegram: Telegram, call: Call) -> object:
    commands = call.structure("commands")
    if commands is not None and not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    checked = [checked_command(command) for command in commands or []]
    if len(checked) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    telegram.profile.commands[command_place(telegram, call)] = checked
    telegram.watchers.tell("commands", 0)
    return True


async def get_my_commands(telegram: Telegram, call: Call) -> object:
    return telegram.profile.commands.get(command_place(telegram, call), [])


async def delete_my_commands(telegram: Telegram, call: Call) -> object:
    telegram.profile.commands.pop(command_place(telegram, call), None)
    telegram.watchers.tell("commands", 0)
    return True


async def set_profile(names: str, name: str, telegram: Telegram, call: Call) -> object:
    language, text = call.text("language_code"), call.text(name)
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    if utf16_length(text) > DESCRIPTION_LIMITS[names]:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    getattr(telegram.profile, names)[language] = text
    return True


async def get_profile(names: str, name: str, telegram: Telegram, call: Call) -> object:
    texts: dict[str, str] = getattr(telegram.profile, names)
    unset = str(telegram.bot["first_name"]) if name == "name" else ""
    return {name: texts.get(call.text("language_code")) or texts.get("") or unset}


async def set_chat_menu_button(telegram: Telegram, call: Call) -> object:
    button = call.structure("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: Unsupported type specified")
    chat_id = telegram.chat_for_bot(call.text("chat_id")).id if call.text("chat_id") else 0
    telegram.profile.menu_buttons[chat_id] = button
    return True


async def get_chat_menu_button(telegram: Telegram, call: Call) -> object:
    buttons = telegram.profile.menu_buttons
    return buttons.get(call.integer("chat_id")) or buttons.get(0) or {"type": "commands"}


async def get_file(telegram: Telegram, call: Call) -> object:
    file_id = call.text("file_id")
    if file_id not in telegram.files:
        raise bad_request("invalid file_id")
    stored = telegram.files.get(file_id)
    return stored.as_json() | {"file_path": stored.path}


async def get_chat(telegram: Telegram, call: Call) -> object:
    chat = telegram.chat_for_bot(call.text("chat_id"))
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return chat.as_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


async def leave_alone(telegram: Telegram, call: Call) -> object:
    """logOut and close: a bot may call them; nothing is to be done."""
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": partial(send_media, "photo"),
    "sendVoice": partial(send_media, "voice"),
    "sendDocument": partial(send_media, "document"),
    "sendAudio": partial(send_media, "audio"),
    "sendVideo": partial(send_media, "video"),
    "sendSticker": partial(send_media, "sticker"),
    "sendLocation": send_location,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": partial(set_profile, "names", "name"),
    "getMyName": partial(get_profile, "names", "name"),
    "setMyDescription": partial(set_profile, "descriptions", "description"),
    "getMyDescription": partial(get_profile, "descriptions", "description"),
    "setMyShortDescription": partial(set_profile, "short_descriptions", "short_description"),
    "getMyShortDescription": partial(get_profile, "short_descriptions", "short_description"),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getFile": get_file,
    "getChat": get_chat,
    "logOut": leave_alone,
    "close": leave_alone,
}
PACED_METHODS = frozenset(name for name in METHODS if name.startswith("send") and name != "sendChatAction") | {
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
}
NAMES = {name.lower(): name for name in METHODS}


def method_name(written: str) -> str:
    """The method's own spelling; Telegram does not care about upper and lower case."""
    if written.lower() not in NAMES:
        raise TelegramError(404, "Not Found: method not found")
    return NAMES[written.lower()]

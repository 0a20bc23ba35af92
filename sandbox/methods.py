"""The Bot API's methods by name; updates, webhook, files and chats are here, the larger families beside.

Promise: every method either does what Telegram would do or raises TelegramError in Telegram's words.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from sandbox import profile, sending
from sandbox.calls import Call
from sandbox.errors import QUERY_TOO_OLD, TelegramError, bad_request
from sandbox.formatting import utf16_length
from sandbox.telegram import Telegram
from sandbox.updates import Webhook

Json = dict[str, object]

NOTICE_LIMIT = 200
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

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


async def answer_callback_query(telegram: Telegram, call: Call) -> object:
    text = call.text("text")
    if utf16_length(text) > NOTICE_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    if not telegram.answer(call.text("callback_query_id"), text, call.flag("show_alert")):
        raise bad_request(QUERY_TOO_OLD)
    return True


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
    "sendMessage": sending.send_message,
    "sendPhoto": partial(sending.send_media, "photo"),
    "sendVoice": partial(sending.send_media, "voice"),
    "sendDocument": partial(sending.send_media, "document"),
    "sendAudio": partial(sending.send_media, "audio"),
    "sendVideo": partial(sending.send_media, "video"),
    "sendSticker": partial(sending.send_media, "sticker"),
    "sendLocation": sending.send_location,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": sending.edit_message_text,
    "editMessageCaption": sending.edit_message_caption,
    "editMessageReplyMarkup": sending.edit_message_reply_markup,
    "deleteMessage": sending.delete_message,
    "deleteMessages": sending.delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": partial(profile.set_profile, "names", "name"),
    "getMyName": partial(profile.get_profile, "names", "name"),
    "setMyDescription": partial(profile.set_profile, "descriptions", "description"),
    "getMyDescription": partial(profile.get_profile, "descriptions", "description"),
    "setMyShortDescription": partial(profile.set_profile, "short_descriptions", "short_description"),
    "getMyShortDescription": partial(profile.get_profile, "short_descriptions", "short_description"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
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

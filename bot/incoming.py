"""Incoming: what an update of Telegram says, read so that no update can break the reader.

Promise: an update of any shape gives something to act on; a field that is missing or of the wrong kind is read as absent.
Telegram's own types are not used here because they raise on the first strange field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from content.model import LANGUAGES

Kind = Literal[
    "text", "edited", "command", "press", "media", "sticker", "location", "contact",
    "blocked", "unblocked", "group", "left", "unknown", "nothing",
]  # fmt: skip
COMMAND = re.compile(r"/(?P<name>[a-z0-9_]{1,32})(?:@\w+)?(?:\s+(?P<argument>.*))?", re.S | re.I)
MEDIA = ("voice", "audio", "photo", "document", "video", "video_note", "animation")
GROUPS = ("group", "supergroup", "channel")
# What Telegram itself writes into a chat; nobody waits for an answer to it.
SERVICE = ("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed")
HINTS = {"ckb": "ku", "kmr": "ku", "prs": "fa"}


@dataclass(frozen=True)
class FileOf:
    """A file that waits at Telegram; `size` is 0 where Telegram does not say."""

    id: str
    kind: str
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True)
class Incoming:
    """One update. `update` and `chat` are 0 when the update names none."""

    update: int
    kind: Kind
    chat: int
    words: str = ""
    argument: str = ""
    message: int = 0
    callback: str = ""
    under: frozenset[str] = frozenset()
    file: FileOf | None = None
    album: str = ""
    place: tuple[float, float] | None = None
    hint: str | None = None


def read_update(raw: object) -> Incoming:
    """What the update says; kind `nothing` when nobody waits for a reply."""
    update = mapping(raw)
    number = integer(update.get("update_id"))
    if "callback_query" in update:
        return read_press(number, mapping(update["callback_query"]))
    if "my_chat_member" in update:
        return read_membership(number, mapping(update["my_chat_member"]))
    for name in ("message", "edited_message"):
        if name in update:
            return read_message(number, mapping(update[name]), edited=name == "edited_message")
    return Incoming(number, "nothing", chat_of(update))


def chat_of(raw: object) -> int:
    """The chat an update belongs to; 0 when it names none."""
    for body in mapping(raw).values():
        one = mapping(body)
        for owner in (one.get("chat"), mapping(one.get("message")).get("chat"), one.get("from"), one.get("user")):
            if chat := integer(mapping(owner).get("id")):
                return chat
    return 0


def read_message(number: int, message: Mapping[str, Any], edited: bool) -> Incoming:
    chat = integer(mapping(message.get("chat")).get("id")) or integer(mapping(message.get("from")).get("id"))
    kind, more = kind_of(message, edited)
    if in_group(mapping(message.get("chat")), chat):
        kind = "nothing" if kind == "nothing" or edited else "group"
    if not chat:
        kind = "nothing"
    return Incoming(
        number, kind, chat, message=integer(message.get("message_id")), hint=hint(message.get("from")), **more
    )  # fmt: skip


def kind_of(message: Mapping[str, Any], edited: bool) -> tuple[Kind, dict[str, Any]]:
    if isinstance(text := message.get("text"), str):
        if not edited and (command := COMMAND.fullmatch(text.strip())):
            return "command", {"words": command["name"].lower(), "argument": clean(command["argument"] or "").strip()}
        return ("edited" if edited else "text"), {"words": clean(text)}
    if edited and "location" in message:
        return "nothing", {}  # a live location moves; the first one was answered
    if file := file_of(message):
        caption, album = clean(text_of(message.get("caption"))), text_of(message.get("media_group_id"))
        return "media", {"file": file, "words": caption, "album": album}
    if edited:
        return "nothing", {}
    if "sticker" in message or "dice" in message:
        return "sticker", {"words": clean(text_of(mapping(message.get("sticker")).get("emoji")))}
    if "location" in message or "venue" in message:
        place = mapping(message.get("location")) or mapping(mapping(message.get("venue")).get("location"))
        return "location", {"place": point(place)}
    if "contact" in message:
        return "contact", {}
    if any(name in message for name in SERVICE):
        return "nothing", {}
    return "unknown", {}


def read_press(number: int, query: Mapping[str, Any]) -> Incoming:
    """A pressed button. Its message may be missing (too old); in a private chat the chat is the person."""
    message = mapping(query.get("message"))
    chat = integer(mapping(message.get("chat")).get("id")) or integer(mapping(query.get("from")).get("id"))
    kind: Kind = "nothing" if in_group(mapping(message.get("chat")), chat) or not chat else "press"
    return Incoming(
        number,
        kind,
        chat,
        words=clean(text_of(query.get("data"))),
        message=integer(message.get("message_id")),
        callback=text_of(query.get("id")),
        under=presses(message.get("reply_markup")),
        hint=hint(query.get("from")),
    )


def read_membership(number: int, change: Mapping[str, Any]) -> Incoming:
    """The bot was blocked or unblocked, or put into a group or out of it."""
    chat = integer(mapping(change.get("chat")).get("id"))
    gone = mapping(change.get("new_chat_member")).get("status") in ("kicked", "left")
    if not chat:
        return Incoming(number, "nothing", 0)
    if in_group(mapping(change.get("chat")), chat):
        return Incoming(number, "left" if gone else "group", chat, hint=hint(change.get("from")))
    return Incoming(number, "blocked" if gone else "unblocked", chat)


def in_group(chat: Mapping[str, Any], chat_id: int) -> bool:
    return chat.get("type") in GROUPS or chat_id < 0


def file_of(message: Mapping[str, Any]) -> FileOf | None:
    for kind in MEDIA:
        found = message.get(kind)
        if kind == "photo" and isinstance(found, list):
            # Telegram lists a photo's sizes from small to large.
            found = max((mapping(one) for one in found), key=lambda one: integer(one.get("file_size")), default={})
        one = mapping(found)
        if file_id := text_of(one.get("file_id")):
            mime = text_of(one.get("mime_type")) or ("image/jpeg" if kind == "photo" else "")
            return FileOf(file_id, kind, clean(text_of(one.get("file_name")))[:200], mime[:100], integer(one.get("file_size")))
    return None


def presses(markup: object) -> frozenset[str]:
    """What the buttons of a keyboard send."""
    buttons = [button for row in listed(mapping(markup).get("inline_keyboard")) for button in listed(row)]
    found = (mapping(button).get("callback_data") for button in buttons)
    return frozenset(one for one in found if isinstance(one, str))


def point(place: Mapping[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
        return float(latitude), float(longitude)
    return None


def hint(sender: object) -> str | None:
    """The language of the person's Telegram app, when it is one of ours."""
    code = text_of(mapping(sender).get("language_code")).lower().replace("_", "-").partition("-")[0]
    code = HINTS.get(code, code)
    return code if code in LANGUAGES else None


def has_words(text: str) -> bool:
    """True when there is a letter or a digit to understand; false for emoji, zero-width characters, dots."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)


def clean(text: str) -> str:
    """Text that can be encoded and stored: half a surrogate pair and NUL become a question mark."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def integer(value: object) -> int:
    """A whole number of Telegram's (52 bits), else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**52 else 0


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""

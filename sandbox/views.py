"""Chats as a person's phone shows them, in JSON for the page and for tests."""

from __future__ import annotations

from sandbox.chats import Chat, Message, Person
from sandbox.telegram import Telegram

Json = dict[str, object]


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

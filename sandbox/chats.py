"""People, chats and messages, in memory.

Promise: reading or changing one message costs the same whether there are ten chats or ten thousand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

Json = dict[str, object]


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    language_code: str

    def as_json(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language_code}


@dataclass(frozen=True)
class Message:
    """One message; `content` holds Telegram's own fields (text and entities, photo and caption...)."""

    id: int
    sender: Json
    date: int
    content: Json
    markup: Json | None = None
    reply_to: int | None = None
    edited_at: int | None = None
    earlier: tuple[Json, ...] = ()
    revision: int = 0


@dataclass
class Chat:
    """A private chat or a group. `revision` grows with every change; `changed` wakes who waits for one."""

    id: int
    kind: str
    title: str
    people: dict[int, Person]
    started: bool = False
    blocked: bool = False
    revision: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: list[list[str]] = field(default_factory=list)
    notices: list[Json] = field(default_factory=list)
    last_update: int | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def as_json(self) -> Json:
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}

    def touch(self) -> int:
        self.revision += 1
        self.changed.set()
        self.changed = asyncio.Event()
        return self.revision

    def add(self, message: Message) -> Message:
        kept = replace(message, revision=self.touch())
        self.messages[kept.id] = kept
        return kept

    def edit(self, message: Message, content: Json, markup: Json | None, at: int) -> Message:
        same_content = content == message.content
        earlier = message.earlier if same_content else (*message.earlier, message.content)
        edited = replace(message, content=content, markup=markup, edited_at=at, earlier=earlier)
        return self.add(edited)

    def remove(self, message_id: int) -> None:
        del self.messages[message_id]
        self.touch()

    def message_json(self, message: Message, with_reply: bool = True) -> Json:
        """The message as the Bot API shows it."""
        body: Json = {"message_id": message.id, "from": message.sender, "chat": self.as_json(), "date": message.date}
        body.update(message.content)
        if message.edited_at is not None:
            body["edit_date"] = message.edited_at
        if message.markup and "inline_keyboard" in message.markup:
            body["reply_markup"] = message.markup
        replied = self.messages.get(message.reply_to) if message.reply_to else None
        if replied and with_reply:
            body["reply_to_message"] = self.message_json(replied, with_reply=False)
        return body

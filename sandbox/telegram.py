"""Everything the stand-in knows: the bot, its people, their chats, what waits and what goes wrong today."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from sandbox.chats import Chat, Message, Person
from sandbox.errors import ControlError, TelegramError, bad_request
from sandbox.faults import Faults, Pace
from sandbox.files import Files
from sandbox.updates import Updates

Json = dict[str, object]

CALLBACK_SECONDS = 15.0
TYPING_SECONDS = 5.0
FIRST_PERSON_ID = 5_000_001
REMEMBERED_CALLS = 10_000
REMEMBERED_NOTICES = 20
WATCHER_ROOM = 1_000
END = "end"


@dataclass(frozen=True)
class Pressed:
    """A callback query that waits for its answer."""

    id: str
    chat_id: int
    person_id: int
    message_id: int
    at: float


@dataclass
class Profile:
    """What the bot says about itself; commands by scope and language."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)

    def commands_for(self, person: Person) -> list[Json]:
        """What the person's menu lists: the narrowest scope that has any, in their language if there is one."""
        for scope in (f"chat:{person.id}", "all_private_chats", "default"):
            for language in (person.language_code.split("-")[0], ""):
                if found := self.commands.get((scope, language)):
                    return found
        return []


class Watchers:
    """Pages that follow the chats live. One that falls behind is told to read everything again."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Json]] = set()

    def open(self) -> asyncio.Queue[Json]:
        queue: asyncio.Queue[Json] = asyncio.Queue(WATCHER_ROOM)
        self._queues.add(queue)
        return queue

    def close(self, queue: asyncio.Queue[Json]) -> None:
        self._queues.discard(queue)

    def __len__(self) -> int:
        return len(self._queues)

    def tell(self, kind: str, chat_id: int, **more: object) -> None:
        for queue in self._queues:
            if queue.full():
                replace_all(queue, {"kind": "reload", "chat": 0})
            else:
                queue.put_nowait({"kind": kind, "chat": chat_id, **more})

    def stop(self) -> None:
        for queue in self._queues:
            replace_all(queue, {"kind": END, "chat": 0})


def replace_all(queue: asyncio.Queue[Json], change: Json) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(change)


class Telegram:
    """The stand-in. The Bot API (methods.py) and the person side (control.py) are its two doors."""

    def __init__(self, token: str) -> None:
        self.token = token
        identity = token.split(":")[0]
        self.bot: Json = {
            "id": int(identity) if identity.isdigit() else 1,
            "is_bot": True,
            "first_name": "Wegwijs",
            "username": "wegwijs_sandbox_bot",
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(self.now)
        self.files = Files()
        self.faults = Faults()
        self.pace = Pace()
        self.profile = Profile()
        self.watchers = Watchers()
        self.pressed: dict[str, Pressed] = {}
        self.callback_seconds = CALLBACK_SECONDS
        self.calls: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.recent_calls: deque[Json] = deque(maxlen=REMEMBERED_CALLS)
        self._last_message_id = 0
        self._last_query_id = 0

    def now(self) -> int:
        return int(time.time())

    def add_person(self, name: str, language_code: str) -> Person:
        person = Person(FIRST_PERSON_ID + len(self.people), name, language_code)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", name, {person.id: person})
        self.watchers.tell("person", person.id)
        return person

    def add_group(self, title: str, people: list[Person]) -> Chat:
        group_count = len(self.chats) - len(self.people)
        chat = Chat(-(1_000 + group_count), "group", title, {person.id: person for person in people}, started=True)
        self.chats[chat.id] = chat
        return chat

    def person(self, person_id: int) -> Person:
        if person_id not in self.people:
            raise ControlError(f"person {person_id}: unknown, create one with POST /sandbox/people", 404)
        return self.people[person_id]

    def chat_for_bot(self, chat_id: str) -> Chat:
        """The chat the bot writes to; refuses as Telegram does when there is none or the person blocked the bot."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        chat = self.chats.get(int(chat_id)) if chat_id.lstrip("-").isdigit() else None
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if chat.blocked:
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        return chat

    def write(
        self, chat: Chat, sender: Json, content: Json, markup: Json | None = None, reply_to: int | None = None
    ) -> Message:
        """Put a message into a chat and show it."""
        self._last_message_id += 1
        message = chat.add(Message(self._last_message_id, sender, self.now(), content, markup, reply_to))
        self.watchers.tell("message", chat.id, message=message.id)
        return message

    def press(self, chat: Chat, person: Person, message: Message, data: str) -> str:
        """Queue a callback query; its id."""
        self._last_query_id += 1
        query_id = str(4_611_686_018_427_000_000 + self._last_query_id)
        self.pressed[query_id] = Pressed(query_id, chat.id, person.id, message.id, time.monotonic())
        body: Json = {
            "id": query_id,
            "from": person.as_json(),
            "message": chat.message_json(message),
            "chat_instance": str(chat.id),
            "data": data,
        }
        self.put(chat, "callback_query", body)
        return query_id

    def put(self, chat: Chat, kind: str, body: Json) -> int | None:
        update_id = self.updates.put(kind, body)
        if update_id is not None:
            chat.last_update = update_id
        return update_id

    def answer(self, query_id: str, text: str, alert: bool) -> bool:
        """Answer a callback query; False when it is unknown, answered or too old."""
        pressed = self.pressed.get(query_id)
        if pressed is None or time.monotonic() - pressed.at > self.callback_seconds:
            return False
        del self.pressed[query_id]
        chat = self.chats[pressed.chat_id]
        chat.notices = [*chat.notices, {"text": text, "alert": alert}][-REMEMBERED_NOTICES:]
        chat.touch()
        self.watchers.tell("answer", chat.id, text=text, alert=alert)
        return True

    def stop(self) -> None:
        """End what would wait for ever: long polls and pages that follow."""
        self.updates.stop()
        self.watchers.stop()

    async def close(self) -> None:
        if self.updates.webhook is not None:
            await self.updates.webhook.close()

"""A typed client of the sandbox for tests: people who write, press and read, and a Telegram that can be broken.

async with SandboxClient("http://127.0.0.1:8081") as sandbox:
    amina = await sandbox.person("Amina", "ar")
    await amina.starts()
    welcome = await amina.hears()
    await amina.presses("العربية")
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

Json = dict[str, Any]

REQUEST_SECONDS = 60.0
POLL_SECONDS = 10.0


class NotSeen(AssertionError):
    """The person waited and did not see it; the message says what they saw instead."""


class Refused(Exception):
    """The sandbox could not do this; the message says why."""


@dataclass(frozen=True)
class Button:
    text: str
    data: str | None
    url: str | None


@dataclass(frozen=True)
class Message:
    """A message as the person sees it now; `earlier` holds the texts before each edit."""

    id: int
    chat: int
    from_bot: bool
    name: str
    kind: str
    text: str
    rows: tuple[tuple[Button, ...], ...]
    entities: tuple[Json, ...]
    edited: bool
    earlier: tuple[str, ...]
    reply_to: int | None
    revision: int

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]


@dataclass(frozen=True)
class Counters:
    calls: Mapping[str, int]
    failures: Mapping[str, int]
    undelivered_updates: int
    unanswered_callbacks: int


def message_from(body: Json) -> Message:
    return Message(
        id=body["id"],
        chat=body["chat"],
        from_bot=body["from"] == "bot",
        name=body["name"],
        kind=body["kind"],
        text=body["text"],
        rows=tuple(tuple(Button(**button) for button in row) for row in body["rows"]),
        entities=tuple(body["entities"]),
        edited=body["edited"],
        earlier=tuple(body["earlier"]),
        reply_to=body["reply_to"],
        revision=body["revision"],
    )


class SandboxClient:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.base_url, timeout=REQUEST_SECONDS, trust_env=False)

    async def __aenter__(self) -> SandboxClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, verb: str, path: str, body: Json | None = None, /, **query: object) -> Json:
        """Call the control API; `path` is below /sandbox."""
        parameters = {name: str(value) for name, value in query.items() if value is not None}
        response = await self._http.request(verb, f"/sandbox{path}", json=body, params=parameters)
        answer: Json = response.json()
        if response.is_error:
            raise Refused(answer.get("error", response.text))
        return answer

    async def person(self, name: str, language_code: str = "en") -> Person:
        body = await self.ask("POST", "/people", {"name": name, "language_code": language_code})
        return Person(self, body["id"], name, language_code)

    async def group(self, title: str, people: Sequence[Person]) -> int:
        """A group with these people and the bot; its chat id, for `person.says(..., chat=...)`."""
        body = await self.ask("POST", "/groups", {"title": title, "people": [person.id for person in people]})
        return int(body["id"])

    async def forges(self, update: Json) -> int:
        """Hand the bot any body as an update; its update_id."""
        return int((await self.ask("POST", "/updates", update))["update_id"])

    async def repeats(self, update_id: int) -> None:
        await self.ask("POST", f"/updates/{update_id}/repeat")

    async def fails(
        self,
        method: str,
        kind: str,
        times: int = 1,
        retry_after: int = 1,
        seconds: float = 30.0,
        chat_id: int | None = None,
    ) -> None:
        """The next `times` calls of `method` ("*": any) fail.

        `kind`: too_many_requests, server_error, timeout, dropped, lost_answer (done, but the bot never hears so).
        """
        body: Json = {"method": method, "kind": kind, "times": times, "retry_after": retry_after}
        await self.ask("POST", "/faults", body | {"seconds": seconds, "chat_id": chat_id})

    async def works_again(self) -> None:
        """No more faults, and Telegram is up."""
        await self.ask("DELETE", "/faults")

    async def goes_down(self) -> None:
        await self.ask("POST", "/down", {"down": True})

    async def comes_back(self) -> None:
        await self.ask("POST", "/down", {"down": False})

    async def limits(self, **limits: float) -> None:
        """enforced (0 or 1), per_second, per_chat_per_second, burst, callback_seconds; the others stay as they are."""
        await self.ask("POST", "/limits", dict(limits))

    async def counters(self) -> Counters:
        body = await self.ask("GET", "/counters")
        return Counters(body["calls"], body["failures"], body["undelivered_updates"], body["unanswered_callbacks"])

    async def calls(self, method: str | None = None) -> list[Json]:
        """The newest 10,000 calls: method, chat_id, at (seconds since 1970)."""
        calls: list[Json] = (await self.ask("GET", "/calls", method=method))["calls"]
        return calls

    async def settles(self, within: float = 5.0) -> None:
        """Wait until every update is delivered and every pressed button answered; NotSeen if that does not come."""
        deadline = time.monotonic() + within
        while True:
            counters = await self.counters()
            if not counters.undelivered_updates and not counters.unanswered_callbacks:
                return
            if time.monotonic() > deadline:
                raise NotSeen(
                    f"{counters.undelivered_updates} updates undelivered, "
                    f"{counters.unanswered_callbacks} pressed buttons unanswered after {within} s"
                )
            await asyncio.sleep(0.02)


class Person:
    """Somebody with a phone. What they do returns when the sandbox has it, not when the bot has answered."""

    def __init__(self, client: SandboxClient, id: int, name: str, language_code: str) -> None:
        self.client = client
        self.id = id
        self.name = name
        self.language_code = language_code
        self.last_update_id: int | None = None
        self._acted_at = 0

    async def _act(self, verb: str, body: Json) -> Json:
        answer = await self.client.ask("POST", f"/people/{self.id}/{verb}", body)
        if body.get("chat") is None:
            self._acted_at = answer["revision"]
        self.last_update_id = answer.get("update_id", self.last_update_id)
        return answer

    async def says(self, text: str, chat: int | None = None, reply_to: int | None = None) -> Message:
        body = {"text": text, "chat": chat, "reply_to": reply_to}
        return message_from((await self._act("text", body))["message"])

    async def starts(self, payload: str = "") -> Message:
        """Press Start, or open a deep link with a payload."""
        return await self.says(f"/start {payload}".strip())

    async def edits(self, message: Message, text: str) -> Message:
        return message_from((await self._act("edit", {"message": message.id, "text": text}))["message"])

    async def presses(self, button: str, message: Message | None = None, chat: int | None = None) -> str | None:
        """Press a button by its text or data: of this message, else of the newest that has it. The query's id."""
        body = {"button": button, "message": message.id if message else None, "chat": chat}
        query_id: str | None = (await self._act("press", body)).get("query_id")
        return query_id

    async def _sends(self, kind: str, **more: object) -> Message:
        return message_from((await self._act("send", {"kind": kind, **more}))["message"])

    async def sends_voice(self, content: bytes | None = None, chat: int | None = None) -> Message:
        return await self._sends("voice", base64=encoded(content), chat=chat)

    async def sends_photo(self, caption: str = "", content: bytes | None = None) -> Message:
        return await self._sends("photo", caption=caption, base64=encoded(content))

    async def sends_document(
        self, caption: str = "", content: bytes | None = None, name: str = "", mime_type: str = ""
    ) -> Message:
        return await self._sends("document", caption=caption, base64=encoded(content), name=name, type=mime_type)

    async def sends_sticker(self) -> Message:
        return await self._sends("sticker")

    async def sends_location(self, latitude: float = 50.8467, longitude: float = 4.3525) -> Message:
        return await self._sends("location", latitude=latitude, longitude=longitude)

    async def sends_contact(self, phone: str = "+32400000000") -> Message:
        return await self._sends("contact", phone=phone)

    async def forwards(self, text: str, origin: str = "Somebody") -> Message:
        return await self._sends("forward", text=text, origin=origin)

    async def blocks(self) -> None:
        await self._act("block", {"blocked": True})

    async def unblocks(self) -> None:
        await self._act("block", {"blocked": False})

    async def repeats(self) -> None:
        """Telegram delivers this person's last update once more, with the same update_id."""
        await self.client.ask("POST", f"/people/{self.id}/repeat")

    async def messages(self, chat: int | None = None, last: int = 200) -> list[Message]:
        """What the chat shows now, oldest first, edits done."""
        body = await self.client.ask("GET", f"/people/{self.id}/messages", chat=chat, last=last)
        return [message_from(message) for message in body["messages"]]

    async def replies(self, chat: int | None = None) -> list[Message]:
        """What the bot wrote, oldest first."""
        return [message for message in await self.messages(chat) if message.from_bot]

    async def sees(self, text: str, within: float = 5.0, chat: int | None = None) -> Message:
        """Wait until a message of the bot shows this text (anywhere in the chat, old or new); the newest such."""
        return await self._find(text, within, chat, since=0)

    async def hears(self, text: str = "", within: float = 5.0) -> Message:
        """Wait for a message the bot wrote or edited after this person's last act; the newest that holds `text`."""
        return await self._find(text, within, None, since=self._acted_at)

    async def hears_nothing(self, during: float = 1.0) -> None:
        """Nothing is written or edited by the bot for so many seconds after this person's last act."""
        await asyncio.sleep(during)
        heard = [message.text for message in await self.replies() if message.revision > self._acted_at]
        if heard:
            raise NotSeen(f"{self.name} expected silence and saw {heard}")

    async def _find(self, text: str, within: float, chat: int | None, since: int) -> Message:
        deadline = time.monotonic() + within
        after: int | None = None
        while True:
            wait = max(0.0, min(deadline - time.monotonic(), POLL_SECONDS))
            path = f"/people/{self.id}/messages"
            body = await self.client.ask("GET", path, chat=chat, after=after, wait=wait)
            messages = [message_from(message) for message in body["messages"]]
            for message in reversed(messages):
                if message.from_bot and message.revision > since and text in message.text:
                    return message
            if time.monotonic() >= deadline:
                shown = "\n".join(f"  {'bot' if m.from_bot else m.name}: {m.text or m.kind}" for m in messages)
                raise NotSeen(f"{self.name} did not see {text!r} within {within} s; the chat shows:\n{shown}")
            after = body["revision"]

    async def looks(self) -> Json:
        """What is around the messages: commands, keyboard, notices (answers to pressed buttons), blocked, started."""
        return await self.client.ask("GET", f"/people/{self.id}")

    async def notices(self) -> list[str]:
        """The texts that popped up when buttons were pressed, oldest first."""
        return [notice["text"] for notice in (await self.looks())["notices"]]

    async def opens(self, message: Message) -> bytes:
        """Download the file of a message."""
        body = await self.client.ask("GET", f"/chats/{message.chat}/messages/{message.id}")
        response = await self.client._http.get(body["file"]["url"])
        return response.raise_for_status().content


def encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()

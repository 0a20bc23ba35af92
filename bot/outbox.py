"""Outbox: what is to be sent to a person, as it waits in Redis.

Promise: every part fits into Telegram, and the words stay sealed until they are sent.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from content.model import RIGHT_TO_LEFT
from content.reply import TEXT_UNITS, Button, Reply
from vault import Vault

RIGHT_TO_LEFT_MARK = "\u200f"
ARABIC = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
FULL_TITLE = 64

Kind = Literal["text", "edit", "document", "answer", "hide"]
Rows = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Outgoing:
    """One call to make. `callback` (a pressed button's query) is answered first, whatever the kind.

    text: a new message; edit: `message` becomes it; document: `content` (base64) as file `name`; answer: nothing but the
    answer to the callback; hide: delete the messages shown in the chat, then say `text`.
    forget: the person is to leave no trace, not even the id of this message.
    """

    kind: Kind
    chat: int
    text: str = ""
    rows: Rows = ()
    message: int = 0
    callback: str = ""
    name: str = ""
    content: str = ""
    outcome: str = ""
    forget: bool = False

    def seal(self, vault: Vault) -> bytes:
        new = Outgoing("text", 0)
        return vault.seal_json({k: v for k, v in asdict(self).items() if v != getattr(new, k)})


def open_outgoing(vault: Vault, body: bytes) -> Outgoing:
    stored: dict[str, Any] = {"kind": "text", "chat": 0, **vault.open_json(body)}
    rows = tuple(tuple((str(title), str(press)) for title, press in row) for row in stored.pop("rows", ()))
    return Outgoing(rows=rows, **stored)


def message_of(reply: Reply, chat: int, message: int = 0, callback: str = "") -> list[Outgoing]:
    """The reply as one call, or several when it is long; the buttons stand under the last. With `message`, edits that."""
    parts = list(split(directed(reply.text, reply.language)))
    calls = [Outgoing("text", chat, part, outcome=reply.outcome) for part in parts]
    calls[-1] = replace(calls[-1], rows=rows_of(reply.buttons))
    if message and len(calls) == 1:
        calls[0] = replace(calls[0], kind="edit", message=message)
    calls[0] = replace(calls[0], callback=callback)
    return calls


def rows_of(buttons: tuple[tuple[Button, ...], ...]) -> Rows:
    rows = (tuple((shortened(one.title), one.press) for one in row if one.title and one.press) for row in buttons)
    return tuple(row for row in rows if row)


def shortened(title: str) -> str:
    return title if len(title) <= FULL_TITLE else title[: FULL_TITLE - 1] + "…"


def directed(text: str, language: str) -> str:
    """Lines of a right-to-left text that begin with a Latin name or a digit still run from the right."""
    if language not in RIGHT_TO_LEFT:
        return text
    return "\n".join(RIGHT_TO_LEFT_MARK + line if begins_left(line) else line for line in text.split("\n"))


def begins_left(line: str) -> bool:
    """True when the first letter is a left-to-right one and Arabic follows."""
    if not ARABIC.search(line):
        return False
    for letter in line:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return False
        # Some of Telegram's apps look into an isolate for the first strong letter.
        if direction in ("L", "LRI", "FSI", "RLI"):
            return True
    return False


def split(text: str, units: int = TEXT_UNITS) -> Iterator[str]:
    """Parts of at most so many UTF-16 units, cut at a paragraph, else a line, else a space, else anywhere."""
    rest = text.strip() or "…"
    while utf16(rest) > units:
        head = rest[: fitting(rest, units)]
        for mark in ("\n\n", "\n", " "):
            cut = head.rfind(mark)
            if cut > len(head) // 2:
                head = head[:cut]
                break
        yield head.rstrip() or head
        rest = rest[len(head) :].lstrip() or "…"
    yield rest


def fitting(text: str, units: int) -> int:
    """How many characters of the text fit into so many UTF-16 units."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if ord(letter) > 0xFFFF else 1
        if used > units:
            return place
    return len(text)


def utf16(text: str) -> int:
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def document_of(name: str, content: bytes, chat: int, text: str) -> Outgoing:
    return Outgoing("document", chat, text, name=name, content=base64.b64encode(content).decode())

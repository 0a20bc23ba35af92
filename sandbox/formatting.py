"""Texts as Telegram reads them: length in UTF-16 units, HTML and MarkdownV2 parsed or refused.

Promise: returns the plain text and its entities, or raises Telegram's own "can't parse entities".
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from sandbox.errors import TelegramError, bad_request

Entity = dict[str, object]

HTML_ENTITY_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
HTML_TAG = re.compile(r"([^\s>/]*)((?:\s+[^\s=>/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*/?>")
HTML_ATTRIBUTE = re.compile(r"([^\s=>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
CHARACTER_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|lt|gt|amp|quot);")

MARKDOWN_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
MARKDOWN_NAMES = {
    "*": "Bold",
    "_": "Italic",
    "__": "Underline",
    "~": "Strikethrough",
    "||": "Spoiler",
    "`": "Code",
    "```": "Pre",
    "[": "TextUrl",
    "![": "CustomEmoji",
}
FOUND_ENTITIES = (
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?!\w)")),
)


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def parse(text: str, mode: str) -> tuple[str, list[Entity]]:
    """The plain text, trimmed as Telegram trims it, and its entities. `mode` is the Bot API's parse_mode or ""."""
    if not mode:
        return trimmed(text, found_entities(text))
    if mode.lower() == "html":
        return trimmed(*HtmlText(text).parse())
    if mode.lower() == "markdownv2":
        return trimmed(*MarkdownText(text).parse())
    raise bad_request("unsupported parse_mode")


def found_entities(text: str) -> list[Entity]:
    """Commands, links and addresses, which Telegram marks by itself."""
    if not any(sign in text for sign in "/@"):
        return []
    entities: list[Entity] = []
    for kind, pattern in FOUND_ENTITIES:
        for match in pattern.finditer(text):
            offset = utf16_length(text[: match.start()])
            entities.append({"type": kind, "offset": offset, "length": utf16_length(match.group())})
    return sorted(entities, key=lambda entity: str(entity["offset"]).zfill(6))


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    plain = text.strip()
    if len(plain) == len(text):
        return plain, entities
    start = utf16_length(text[: len(text) - len(text.lstrip())])
    end = start + utf16_length(plain)
    kept: list[Entity] = []
    for entity in entities:
        offset, length = int(str(entity["offset"])), int(str(entity["length"]))
        first, last = max(offset, start), min(offset + length, end)
        if first < last:
            kept.append({**entity, "offset": first - start, "length": last - first})
    return plain, kept


@dataclass
class Opened:
    """A start tag or sign that waits for its end."""

    name: str
    at_byte: int
    offset: int
    entity: Entity


class Written:
    """The plain text so far, with its length in UTF-16 units, and the entities that have ended."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self._ended: list[tuple[int, int, int, Entity]] = []

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)

    def end(self, opened: Opened) -> None:
        if length := self.length - opened.offset:
            entity = {**opened.entity, "offset": opened.offset, "length": length}
            self._ended.append((opened.offset, -length, opened.at_byte, entity))

    def result(self) -> tuple[str, list[Entity]]:
        """The text and its entities, the outer before the inner."""
        outer_first = sorted(self._ended, key=lambda ended: ended[:3])
        return "".join(self.parts), [entity for *_, entity in outer_first]


def cannot_parse(reason: str) -> TelegramError:
    return bad_request(f"can't parse entities: {reason}")


class HtmlText:
    """Telegram's HTML: few tags, properly nested, no `<` by itself."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.written = Written()
        self.open: list[Opened] = []

    def parse(self) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(self.source):
            tag = self.source.find("<", at)
            stop = len(self.source) if tag < 0 else tag
            self.written.add(CHARACTER_REFERENCE.sub(lambda match: html.unescape(match.group()), self.source[at:stop]))
            at = stop if tag < 0 else self.tag(tag)
        if self.open:
            raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        return self.written.result()

    def tag(self, at: int) -> int:
        """Read the tag whose `<` is at this place; return the place behind its `>`."""
        if self.source.startswith("</", at):
            return self.end_tag(at)
        match = HTML_TAG.match(self.source, at + 1)
        name = re.split(r"[\s>/]", self.source[at + 1 :], maxsplit=1)[0].lower()
        if ">" not in self.source[at:]:
            raise cannot_parse(f"Unclosed start tag at byte offset {self.byte(at)}")
        if name not in HTML_ENTITY_TYPES:
            raise cannot_parse(f'Unsupported start tag "{name}" at byte offset {self.byte(at)}')
        if match is None:
            raise cannot_parse(f'Empty attribute name in the tag "{name}" at byte offset {self.byte(at)}')
        attributes = {
            found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
            for found in HTML_ATTRIBUTE.finditer(match[2])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(at)}')
        self.open.append(Opened(name, at, self.written.length, html_entity(name, attributes)))
        return match.end()

    def end_tag(self, at: int) -> int:
        close = self.source.find(">", at)
        if close < 0:
            raise cannot_parse(f"Unclosed end tag at byte offset {self.byte(at)}")
        name = self.source[at + 2 : close].strip().lower()
        if not self.open:
            raise cannot_parse(f"Unexpected end tag at byte offset {self.byte(at)}")
        expected = self.open[-1].name
        if name and name != expected:
            raise cannot_parse(f'Unmatched end tag at byte offset {self.byte(at)}, expected "</{expected}>", found "</{name}>"')
        self.written.end(self.open.pop())
        return close + 1

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())


def html_entity(name: str, attributes: dict[str, str]) -> Entity:
    kind = HTML_ENTITY_TYPES[name]
    if name == "a":
        return {"type": kind, "url": attributes.get("href", "")}
    if name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if name == "tg-emoji":
        return {"type": kind, "custom_emoji_id": attributes.get("emoji-id", "")}
    return {"type": kind}


class MarkdownText:
    """Telegram's MarkdownV2: every reserved character either opens, closes or is escaped."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.written = Written()
        self.open: list[Opened] = []
        self.quote: Opened | None = None

    def parse(self) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(self.source):
            at = self.step(at)
        if self.open:
            unclosed = self.open[-1]
            kind = MARKDOWN_NAMES[unclosed.name]
            raise cannot_parse(f"Can't find end of {kind} entity at byte offset {unclosed.at_byte}")
        self.end_quote()
        return self.written.result()

    def step(self, at: int) -> int:
        character = self.source[at]
        inside = self.open[-1].name if self.open else ""
        if character == "\\" and at + 1 < len(self.source) and self.source[at + 1] < "\x7f":
            self.written.add(self.source[at + 1])
            return at + 2
        if inside in ("`", "```"):
            return self.in_code(at, inside)
        if character == "\n":
            return self.line_end(at)
        if character not in MARKDOWN_RESERVED:
            self.written.add(character)
            return at + 1
        return self.sign(at, inside)

    def in_code(self, at: int, inside: str) -> int:
        if self.source.startswith(inside, at):
            self.written.end(self.open.pop())
            return at + len(inside)
        self.written.add(self.source[at])
        return at + 1

    def sign(self, at: int, inside: str) -> int:
        if self.source[at] == "]" and inside in ("[", "!["):
            return self.link_end(at)
        if self.source[at] == ">" and (at == 0 or self.source[at - 1] == "\n"):
            self.quote = self.quote or self.opened("", at, {"type": "blockquote"})
            return at + 1
        for sign in ("```", "`", "__", "_", "||", "*", "~", "![", "["):
            if self.source.startswith(sign, at):
                return self.open_or_close(sign, at, inside)
        raise cannot_parse(f"Character '{self.source[at]}' is reserved and must be escaped with the preceding '\\'")

    def open_or_close(self, sign: str, at: int, inside: str) -> int:
        if sign == inside:
            self.written.end(self.open.pop())
            return at + len(sign)
        kinds = {"```": "pre", "`": "code", "__": "underline", "_": "italic", "||": "spoiler", "*": "bold"}
        kinds |= {"~": "strikethrough", "[": "text_link", "![": "custom_emoji"}
        self.open.append(self.opened(sign, at, {"type": kinds[sign]}))
        after = at + len(sign)
        if sign == "```" and (language := re.compile(r"[\w+-]*\n").match(self.source, after)):
            return language.end()
        return after

    def link_end(self, at: int) -> int:
        opened = self.open.pop()
        if not self.source.startswith("(", at + 1):
            self.written.end(Opened(opened.name, opened.at_byte, self.written.length, opened.entity))
            return at + 1
        close = re.compile(r"(?:\\.|[^)\\])*").match(self.source, at + 2)
        end = close.end() if close else len(self.source)
        if end >= len(self.source):
            raise cannot_parse(f"Can't find end of a URL at byte offset {self.byte(at + 1)}")
        opened.entity["url"] = re.sub(r"\\(.)", r"\1", self.source[at + 2 : end])
        self.written.end(opened)
        return end + 1

    def line_end(self, at: int) -> int:
        if self.quote and not self.source.startswith(">", at + 1):
            self.end_quote()
        self.written.add("\n")
        return at + 1

    def end_quote(self) -> None:
        if self.quote:
            self.written.end(self.quote)
        self.quote = None

    def opened(self, name: str, at: int, entity: Entity) -> Opened:
        return Opened(name, self.byte(at), self.written.length, entity)

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())

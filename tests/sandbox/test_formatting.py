"""Texts measured and parsed as Telegram does it, or refused in its words."""

from __future__ import annotations

import pytest

from sandbox.errors import TelegramError
from sandbox.formatting import parse, utf16_length


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>a</b> &lt;3 &amp; <i>c</i>", "HTML", "a <3 & c", ["bold", "italic"]),
        ('<a href="https://x.be?a=1&amp;b=2">link</a>', "html", "link", ["text_link"]),
        ("<b>one <i>two</i></b>", "HTML", "one two", ["bold", "italic"]),
        ('<pre><code class="language-py">x</code></pre>', "HTML", "x", ["pre", "code"]),
        ('<span class="tg-spoiler">s</span>', "HTML", "s", ["spoiler"]),
        ("<blockquote expandable>q</blockquote>", "HTML", "q", ["expandable_blockquote"]),
        (r"*a* _b_ __c__ ~d~ ||e|| `f`", "MarkdownV2", "a b c d e f", ["bold", "italic", "underline"]),
        (r"1\. *b\!*", "MarkdownV2", "1. b!", ["bold"]),
        ("[x](https://x.be/a_b)", "MarkdownV2", "x", ["text_link"]),
        ("```py\nx-1\n```", "MarkdownV2", "x-1", ["pre"]),
        (">quoted\nnot", "MarkdownV2", "quoted\nnot", ["blockquote"]),
        ("/start a@b.be https://x.be", "", "/start a@b.be https://x.be", ["bot_command", "email", "url"]),
        ("  spaces  ", "", "spaces", []),
    ],
)
def test_well_formed_text_becomes_plain_text_and_entities(text: str, mode: str, plain: str, kinds: list[str]) -> None:
    parsed, entities = parse(text, mode)
    assert parsed == plain
    assert [entity["type"] for entity in entities][: len(kinds)] == kinds


@pytest.mark.parametrize(
    ("text", "mode", "description"),
    [
        ("<b>a", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<div>a</div>", "HTML", 'Unsupported start tag "div" at byte offset 0'),
        ("é <b><i>a</b></i>", "HTML", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("a</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("a < b", "HTML", "Unclosed start tag at byte offset 2"),
        ("x <3 > y", "HTML", 'Unsupported start tag "3" at byte offset 2'),
        ("Hello.", "MarkdownV2", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a *b", "MarkdownV2", "Can't find end of Bold entity at byte offset 2"),
        ("*a _b* c_", "MarkdownV2", "Can't find end of Italic entity at byte offset 8"),
        ("[a](http://x", "MarkdownV2", "Can't find end of a URL at byte offset 3"),
    ],
)
def test_malformed_text_is_refused_in_telegrams_words(text: str, mode: str, description: str) -> None:
    with pytest.raises(TelegramError) as refusal:
        parse(text, mode)
    assert refusal.value.description == f"Bad Request: can't parse entities: {description}"


def test_an_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(TelegramError, match="unsupported parse_mode"):
        parse("a", "BBCode")


def test_length_and_offsets_count_utf16_units() -> None:
    assert utf16_length("é\N{WAVING HAND SIGN}") == 3
    assert parse("\N{WAVING HAND SIGN} <b>x</b>", "HTML")[1] == [{"type": "bold", "offset": 3, "length": 1}]


def test_trimming_moves_entities_along() -> None:
    assert parse("  <b> x </b> ", "HTML") == ("x", [{"type": "bold", "offset": 0, "length": 1}])

"""Reading updates of any shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.incoming import chat_of, has_words, read_update

CHAT = {"id": 5, "type": "private"}
FROM = {"id": 5, "is_bot": False, "first_name": "A", "language_code": "ar"}


def message(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 2, "date": 3, "chat": CHAT, "from": FROM, **fields}}


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        (message(text="hello"), "text"),
        (message(text="/start housing-lease"), "command"),
        (message(text="/START@our_bot"), "command"),
        (message(text="/"), "text"),
        (message(voice={"file_id": "f"}), "media"),
        (message(photo=[{"file_id": "small", "file_size": 1}, {"file_id": "large", "file_size": 9}]), "media"),
        (message(photo=[]), "unknown"),
        (message(sticker={"emoji": "x"}), "sticker"),
        (message(dice={"value": 3}), "sticker"),
        (message(location={"latitude": 50.8, "longitude": 4.3}), "location"),
        (message(venue={"location": {"latitude": 50.8, "longitude": 4.3}}), "location"),
        (message(contact={"phone_number": "+32"}), "contact"),
        (message(poll={}), "unknown"),
        (message(pinned_message={}), "nothing"),
        (message(text=7), "unknown"),
        ({"update_id": 1, "edited_message": {"chat": CHAT, "text": "x"}}, "edited"),
        ({"update_id": 1, "edited_message": {"chat": CHAT, "location": {}}}, "nothing"),
        ({"update_id": 1, "message": {"chat": {"id": -5, "type": "group"}, "text": "x"}}, "group"),
        ({"update_id": 1, "message": {"chat": None, "text": "x"}}, "nothing"),
        ({"update_id": 1, "callback_query": {"id": "q", "from": FROM, "data": "menu"}}, "press"),
        ({"update_id": 1, "my_chat_member": {"chat": CHAT, "new_chat_member": {"status": "kicked"}}}, "blocked"),
        ({"update_id": 1, "my_chat_member": {"chat": CHAT, "new_chat_member": {"status": "member"}}}, "unblocked"),
        ({"update_id": 1, "inline_query": {"from": FROM}}, "nothing"),
        ([], "nothing"),
        (None, "nothing"),
    ],
)
def test_each_kind_of_update_is_told_apart(update: object, kind: str) -> None:
    assert read_update(update).kind == kind


def test_the_largest_size_of_a_photo_is_taken() -> None:
    photo = [{"file_id": "small", "file_size": 1}, {"file_id": "large", "file_size": 9}]
    file = read_update(message(photo=photo)).file
    assert file and file.id == "large"


def test_a_press_in_a_private_chat_finds_its_chat_without_a_message() -> None:
    assert read_update({"update_id": 1, "callback_query": {"id": "q", "from": FROM, "data": "menu"}}).chat == 5


def test_half_a_surrogate_pair_cannot_be_stored_and_becomes_a_question_mark() -> None:
    assert read_update(message(text="a\ud83d b")).words == "a? b"


@pytest.mark.parametrize(
    ("text", "found"), [("👍🏽", False), ("\u200b\u200d", False), ("...", False), ("س", True), ("112", True)]
)
def test_words_are_told_from_decoration(text: str, found: bool) -> None:
    assert has_words(text) is found


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = "message_id date chat from text caption photo voice document sticker location venue contact reply_markup".split()
BODIES = some.fixed_dictionaries({}, optional={name: ANYTHING | some.just(CHAT) for name in FIELDS})
UPDATES = some.fixed_dictionaries(
    {},
    optional={
        "update_id": ANYTHING,
        "message": BODIES | ANYTHING,
        "edited_message": BODIES | ANYTHING,
        "callback_query": some.fixed_dictionaries(
            {}, optional={"id": ANYTHING, "data": ANYTHING, "from": ANYTHING, "message": BODIES | ANYTHING}
        ),
        "my_chat_member": some.fixed_dictionaries({}, optional={"chat": ANYTHING, "new_chat_member": ANYTHING}),
    },
)


@given(UPDATES)
@settings(max_examples=400, deadline=None)
def test_no_update_breaks_the_reader(update: dict[str, Any]) -> None:
    incoming = read_update(update)
    assert isinstance(incoming.chat, int) and isinstance(incoming.words, str)
    incoming.words.encode()
    assert isinstance(chat_of(update), int)

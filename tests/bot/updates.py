"""Updates of every shape: each field of the Bot API's schema, as python-telegram-bot knows it, missing, huge, of the wrong
kind, or with hostile Unicode in it."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

import telegram
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from tests.bot.test_incoming import ANYTHING

CHATS = (11, 22, 33, -44)
FIELDS_AT_ONCE = 5
DEEPEST = 3
# What people send; the other hundred fields of a message come up less.
OFTEN = ("text", "photo", "voice", "document", "location", "sticker", "caption", "reply_markup", "callback_data", "file_id")
RENAMED = {"from_user": "from"}
HOSTILE = some.sampled_from(
    ["", "/", "/start " + "x" * 64, "\u202eevil\u202c", "\x00", "\ud800", "a" * 4096, "👩‍👩‍👧‍👦" * 300, "delete:yes"]
    + ["ﷺ" * 900, "%s{0}{x}", "z\u0300" * 2000, "\u2066" * 500, "\ufeff\u200b", "<b>&amp;\"'</b>", "/mydata", "/hide", "/human"]
    + ["x" * 200_000, "١٢٣", "\U000e0041" * 40, "\udfff\ud800", "../../etc/passwd", "I want to die", "\r\n" * 900]
)
TEXT = HOSTILE | some.text(max_size=50)
NUMBER = some.integers(-5, 50) | some.sampled_from([0, -1, 2**31, 2**52, 2**63, 10**30, -(10**18)])
PRESS = some.sampled_from(
    ["menu", "entry:", "entry:housing/lease", "region:br:x", "topic:housing:99999999999", "language:en", "cancel", "human:x"]
    + ["send:yes", "send:no", "missed", "wrong:housing/lease", "helped:", "status:x", "services:", "delete:ask", ":", "::::"]
)

CHAT = some.sampled_from(CHATS).map(lambda number: {"id": number, "type": "private" if number > 0 else "group"})
WRONG = ANYTHING | NUMBER | TEXT


def mostly(right: SearchStrategy[Any], wrong: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """One in eight is wrong; `right | wrong` would count the many kinds of wrong one by one."""
    return some.integers(0, 7).flatmap(lambda chance: wrong if chance == 3 else right)


@cache
def schema(kind: str) -> dict[str, str]:
    """Field names of a type of the Bot API, with how python-telegram-bot writes their kinds."""
    parameters = inspect.signature(getattr(telegram, kind).__init__).parameters
    told = {name: str(one.annotation) for name, one in parameters.items() if name not in ("self", "api_kwargs")}
    return {RENAMED.get(name, name): annotation for name, annotation in told.items()}


@cache
def value(name: str, annotation: str, depth: int) -> SearchStrategy[Any]:
    """Mostly of the right kind."""
    if name in ("chat", "from", "user"):
        return mostly(CHAT, WRONG)
    if name == "data":
        return mostly(PRESS, WRONG)
    kinds = [one for one in re.findall(r"[A-Z]\w+", annotation) if inspect.isclass(getattr(telegram, one, None))]
    if kinds:
        right = body(kinds[-1], depth + 1)
    elif "str" in annotation:
        right = TEXT
    elif "int" in annotation or "float" in annotation or "date" in annotation:
        right = NUMBER | some.floats()
    else:
        right = some.booleans()
    if "Sequence" in annotation:
        right = some.lists(right, max_size=3)
    return mostly(right, WRONG)


@cache
def body(kind: str, depth: int = 0) -> SearchStrategy[Any]:
    """An object of this type with some of its fields."""
    known = schema(kind)
    if depth > DEEPEST or not known:
        return WRONG
    likely = [name for name in OFTEN if name in known]
    given_names = some.lists(some.sampled_from(sorted(known) + likely * 12), max_size=FIELDS_AT_ONCE)
    always = [name for name in ("chat", "from", "data") if name in known and depth < 2]

    @some.composite
    def drawn(draw: some.DrawFn) -> dict[str, Any]:
        names = dict.fromkeys([*always, *draw(given_names)])
        for name in always:
            if draw(some.integers(0, 7)) == 0:
                del names[name]
        return {name: draw(value(name, known[name], depth)) for name in names}

    return drawn()


def updates() -> SearchStrategy[dict[str, Any]]:
    """One kind of update each, those that we ask Telegram for more often; sometimes several kinds at once."""
    kinds = {name: value(name, annotation, 0) for name, annotation in schema("Update").items() if name != "update_id"}
    likely = some.sampled_from(["message", "message", "message", "edited_message", "callback_query", "my_chat_member"])
    several = some.lists(some.sampled_from(sorted(kinds)), max_size=3)
    names = mostly(likely.map(lambda name: [name]), several)
    return names.flatmap(lambda chosen: some.fixed_dictionaries({name: kinds[name] for name in dict.fromkeys(chosen)}))


def examples(count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @given(updates())
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def collect(update: dict[str, Any]) -> None:
        found.append(update)

    collect()
    return found

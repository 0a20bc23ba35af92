"""Parsing lines: `{"text", "lang"}` in, what was understood out, one line for each line in order.

Promise: a broken line costs its own answer only (outcome fallback), never the order or the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from content.model import LANGUAGES
from nlu.decide import Understanding
from nlu.reader import Asked, Reader

BATCH = 256
T = TypeVar("T")


def parse_lines(reader: Reader, lines: Iterable[bytes]) -> Iterator[str]:
    """JSON lines in, JSON lines out."""
    for batch in batches(lines, BATCH):
        asked = [asked_in(line) for line in batch]
        for one, told in zip(asked, reader.read(asked), strict=True):
            yield as_line(answer(one.text, told))


def asked_in(line: bytes) -> Asked:
    """The text and the chosen language of a line; an empty text when it is broken."""
    try:
        told = json.loads(line)
    except ValueError:
        return Asked("")
    if not isinstance(told, dict) or not isinstance(told.get("text"), str):
        return Asked("")
    chosen = told.get("lang")
    return Asked(told["text"], chosen if chosen in LANGUAGES else None)


def answer(text: str, told: Understanding) -> dict[str, Any]:
    """The fields of the evaluation contract."""
    fields = told.as_dict()
    order = ("id", "confidence", "ranking", "language", "crisis", "outcome", "entry")
    return {"text": text} | {name: fields[name] for name in order}


def as_line(told: dict[str, Any]) -> str:
    """One line of JSON; half a surrogate pair, which is no Unicode, is written as an escape."""
    line = json.dumps(told, ensure_ascii=False)
    return line if encodable(line) else json.dumps(told)


def encodable(line: str) -> bool:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    pending = iter(items)
    while batch := list(islice(pending, size)):
        yield batch

"""Alignment: what a person was to hear, beside what they heard.

Promise: of all ways to explain a chat the kindest is taken, and what it leaves unexplained is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

# Nothing was heard of it, or something was heard that nothing accounts for; a text that came twice running is milder.
MISSING, STRANGE, TWICE = 10, 10, 1


@dataclass(frozen=True)
class Due:
    """What one act must bring: one message that contains one of `accepts`.

    or_case: the words of somebody whose case was claimed meanwhile go to the caseworker, and no reply comes.
    """

    act: str
    accepts: tuple[str, ...]
    words: str = ""
    or_case: bool = False

    def met_by(self, text: str) -> bool:
        return any(one in text for one in self.accepts)


@dataclass(frozen=True)
class Alignment:
    """`met`: for each due thing the text that met it, None when nothing did."""

    cost: int = 0
    met: tuple[str | None, ...] = ()
    strange: tuple[str, ...] = ()
    twice: int = 0


def align(dues: list[Due], heard: list[str]) -> Alignment:
    """Every due thing in its order, every heard text accounted for."""
    row = [Alignment()]
    for place, text in enumerate(heard):
        row.append(unasked(row[-1], heard, place, text))
    for due in dues:
        new = [missed(row[0], due)]
        for place, text in enumerate(heard):
            ways = [missed(row[place + 1], due), unasked(new[-1], heard, place, text)]
            if due.met_by(text):
                ways.append(answered(row[place], text))
            new.append(min(ways, key=lambda way: way.cost))
        row = new
    return row[-1]


def missed(before: Alignment, due: Due) -> Alignment:
    return Alignment(before.cost + (1 if due.or_case else MISSING), (*before.met, None), before.strange, before.twice)


def answered(before: Alignment, text: str) -> Alignment:
    return Alignment(before.cost, (*before.met, text), before.strange, before.twice)


def unasked(before: Alignment, heard: list[str], place: int, text: str) -> Alignment:
    if place and heard[place - 1] == text:
        return Alignment(before.cost + TWICE, before.met, before.strange, before.twice + 1)
    return Alignment(before.cost + STRANGE, before.met, (*before.strange, text), before.twice)

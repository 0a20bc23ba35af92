"""Turn: what an action needs to know of the message it answers.

Promise: metadata of any shape gives a turn; what is missing or strange is read as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from content.compose import Asker
from content.model import LANGUAGES, REGIONS


@dataclass(frozen=True)
class Turn:
    """One message: who asks (pseudonym), the words, what was understood, what was said before.

    named_region, named_town: to be remembered as the person's, as none is known and the two agree.
    """

    person: str
    words: str
    asker: Asker
    chosen_language: str | None
    written_language: str | None
    outcome: str = "fallback"
    id: str = ""
    confidence: float = 0.0
    ranking: tuple[str, ...] = ()
    crisis: str | None = None
    entry: str | None = None
    entry_before: str | None = None
    named_region: str | None = None
    named_town: str | None = None
    trouble: bool = False
    misses: int = 0
    update: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


def read_turn(tracker: Tracker) -> Turn:
    """The turn of the tracker's latest message."""
    message = tracker.latest_message or {}
    metadata = mapping(message.get("metadata"))
    understood = mapping(message.get("understanding"))
    chosen = one_of(metadata.get("language"), LANGUAGES)
    written = one_of(understood.get("language"), LANGUAGES)
    named = one_of(understood.get("region"), REGIONS)
    named_town = text_or_none(understood.get("municipality"))
    home = one_of(metadata.get("region"), REGIONS)
    asker = Asker.from_metadata(
        {
            "language": chosen or written,
            "region": home or named,
            "status": metadata.get("status"),
            "town": named_town if named else metadata.get("town"),
            "near": named or home,
        }
    )
    ranking = tuple(str(one.get("id")) for one in understood.get("ranking") or () if isinstance(one, dict))
    return Turn(
        person=str(tracker.sender_id),
        words=str(message.get("text") or ""),
        asker=asker,
        chosen_language=chosen,
        written_language=written,
        outcome=str(understood.get("outcome") or "fallback"),
        id=str(understood.get("id") or ""),
        confidence=number(understood.get("confidence")),
        ranking=ranking,
        crisis=text_or_none(understood.get("crisis")),
        entry=text_or_none(understood.get("entry")),
        entry_before=text_or_none(metadata.get("entry")),
        named_region=None if home else named,
        named_town=named_town if home in (None, named) and not metadata.get("town") else None,
        trouble=bool(understood.get("trouble")),
        misses=int(number(metadata.get("misses"))),
        update=str(metadata.get("update") or ""),
        about={
            "outcome": str(understood.get("outcome") or ""),
            "id": str(understood.get("id") or ""),
            "confidence": f"{number(understood.get('confidence')):.2f}",
            "runner_ups": ",".join(ranking[1:4]),
            "crisis": str(understood.get("crisis") or ""),
        },
    )


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def one_of(value: Any, known: tuple[str, ...]) -> str | None:
    return value if isinstance(value, str) and value in known else None


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0

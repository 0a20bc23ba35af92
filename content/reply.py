"""Reply: what the bot sends to a person, and the buttons under it.

Promise: the same shape wherever a reply is made, in an action or in the bot, and it fits into Telegram.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRESS_BYTES = 64
TEXT_UNITS = 4096
OUTCOMES = ("answer", "clarify", "fallback", "crisis", "dialogue", "handoff", "menu", "phrase")

REGION_CODES = {"fl": "flanders", "br": "brussels", "wa": "wallonia", "gc": "german_community"}
STATUS_CODES = {
    "ap": "applicant",
    "re": "refugee",
    "sp": "subsidiary_protection",
    "tp": "temporary_protection",
    "np": "no_papers",
    "ot": "other",
}


@dataclass(frozen=True)
class Button:
    """`press` is what comes back: `verb` or `verb:argument[:argument]`, at most 64 bytes.

    menu · languages · language:<code> · regions · region:<code>[:<entry>] · statuses · status:<code>[:<entry>] ·
    topic:<topic> · entry:<id> · wrong:<id> (if it goes wrong) · helped:<id> · missed:<id> · human[:<id>] · cancel ·
    services[:<topic or entry>[:<page>]] · privacy · delete:ask · delete:yes · delete:no · send:yes · send:no (a case) ·
    url:<https address> (opens, does not come back)
    """

    title: str
    press: str


@dataclass(frozen=True)
class Reply:
    """Text in a language, rows of buttons, and what the conversation must remember.

    outcome: one of OUTCOMES.
    remember: conversation fields to set: language, region, town, status, entry, misses (as text),
    asked (the reply asks whether a caseworker may read), wish (why a person is wanted, `reason:entry`).
    about: what was understood, for the caseworkers: id, confidence, runner_ups, crisis.
    """

    text: str
    language: str
    outcome: str = "phrase"
    buttons: tuple[tuple[Button, ...], ...] = ()
    remember: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "language": self.language,
            "outcome": self.outcome,
            "buttons": [[[button.title, button.press] for button in row] for row in self.buttons],
            "remember": dict(self.remember),
            "about": dict(self.about),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reply:
        """The reply that as_json wrote; KeyError, TypeError or ValueError for anything else."""
        rows = tuple(tuple(Button(str(title), str(press)) for title, press in row) for row in value["buttons"])
        return cls(
            str(value["text"]),
            str(value["language"]),
            str(value["outcome"]),
            rows,
            texts(value["remember"]),
            texts(value.get("about", {})),
        )


def texts(value: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(one) for name, one in dict(value).items()}

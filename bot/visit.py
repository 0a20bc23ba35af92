"""Visit: one update being handled - who came with what, and what is said so far."""

from __future__ import annotations

from bot.incoming import Incoming
from bot.outbox import Outgoing, message_of
from bot.people import Person
from content.compose import Asker
from content.reply import Reply
from desk.cases import BOT_OUTCOMES, Case

# Under a message with one of these stands something worth keeping: a press adds a message instead of replacing it.
KEPT = ("helped:", "wrong:", "human:", "cancel", "delete:ask", "send:")


class Visit:
    """Collects the calls to make. `entry_id` is the update's place in the inbox, "" outside of it."""

    def __init__(self, incoming: Incoming, person: Person, case: Case | None = None, entry_id: str = "") -> None:
        self.incoming = incoming
        self.person = person
        self.case = case
        self.entry_id = entry_id
        self.calls: list[Outgoing] = []
        self.replies: list[Reply] = []
        self.forgotten = False
        self.outcome = ""
        self.missed = False
        self.ratings: list[str] = []
        self._callback = incoming.callback

    @property
    def asker(self) -> Asker:
        return self.person.asker

    @property
    def counts(self) -> list[str]:
        """What this visit adds to the figures: how it ended, and how an answer was rated. No word, no name."""
        ended = [f"bot:{self.outcome}"] if self.outcome in BOT_OUTCOMES else []
        return [*ended, *([f"fallback:{self.asker.language}"] if self.missed else []), *self.ratings]

    @property
    def key(self) -> str:
        """The name of this update's words in a case: the same words never stand there twice."""
        return str(self.incoming.update)

    @property
    def in_a_list(self) -> bool:
        """True when the pressed button stands under a list, which the next list may replace."""
        under = self.incoming.under
        return bool(under) and not any(press.startswith(KEPT) or asks_for_an_answer(press) for press in under)

    def say(self, reply: Reply, in_place: bool = False) -> None:
        self.person = self.person.hears(reply)
        self.replies.append(reply)
        message = self.incoming.message if in_place and self.incoming.kind == "press" else 0
        self.calls += message_of(reply, self.incoming.chat, message, self._callback)
        self._callback = ""

    def rate(self, verdict: str, entry: str) -> None:
        """`helped` or `missed`."""
        self.ratings.append(f"{verdict}:{entry}:{self.asker.language}")

    def do(self, call: Outgoing) -> None:
        self.calls.append(call)

    def done(self) -> list[Outgoing]:
        """All calls; a pressed button is answered even when nothing is said."""
        if self._callback:
            self.calls.append(Outgoing("answer", self.incoming.chat, callback=self._callback))
            self._callback = ""
        return self.calls


def asks_for_an_answer(press: str) -> bool:
    """`region:br:housing/lease`: an answer that is not complete without it."""
    return press.startswith(("region:", "status:")) and press.count(":") == 2

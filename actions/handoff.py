"""Actions that bring a person to a caseworker.

Promise: whoever is in danger gets the emergency contacts even when no case can be opened; for everybody else no case is opened
here: the action asks, and the bot opens it when the person agrees.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from redis.exceptions import RedisError

from actions.action import ReplyAction
from actions.turn import Turn
from content.compose import Composer
from content.reply import Reply
from desk.cases import Case, Cases

logger = logging.getLogger(__name__)


class HandoffAction(ReplyAction):
    """An action that may ask whether a caseworker may read this."""

    def hand_off(self, turn: Turn, reason: str) -> Reply:
        asking = self.composer.consent(turn.asker)
        return replace(asking, remember={**asking.remember, "wish": f"{reason}:{self.entry_of(turn) or ''}"})

    def entry_of(self, turn: Turn) -> str | None:
        """The entry this is about: named beside a crisis, else likeliest, else the one answered before."""
        for one in (turn.entry, turn.id, turn.entry_before):
            if one in self.composer.content.entries:
                return one
        return None


class ActionHandoff(HandoffAction):
    """The person wants to talk to a person."""

    action_name = "action_handoff"

    async def reply(self, turn: Turn) -> Reply:
        return self.hand_off(turn, reason="asked")


class ActionCrisis(HandoffAction):
    """Danger: contacts at once, an urgent case without asking."""

    action_name = "action_crisis"

    def __init__(self, composer: Composer, cases: Cases) -> None:
        super().__init__(composer)
        self.cases = cases

    async def reply(self, turn: Turn) -> Reply:
        try:
            await self.open_urgent(turn)
        except RedisError:
            # The contacts must not wait for Redis; the bot opens the case again when it handles this reply.
            logger.error("crisis case not opened", extra={"person": turn.person})
        return self.composer.crisis(turn.crisis or turn.id, turn.asker, turn.entry)

    async def open_urgent(self, turn: Turn) -> Case:
        """Open or join the person's case; the bot, which knows what was said before, puts the words into it."""
        return await self.cases.open(
            turn.person,
            turn.asker.language,
            "crisis",
            urgent=True,
            entry=self.entry_of(turn),
            crisis=turn.crisis,
            region=turn.asker.region,
            status=turn.asker.status,
        )

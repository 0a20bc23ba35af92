"""Actions that answer, or ask which answer is meant."""

from __future__ import annotations

from dataclasses import replace

from actions.action import ReplyAction
from actions.handoff import HandoffAction
from actions.turn import Turn
from content.reply import Reply

CLARIFY_BUTTONS = 3
MISSES_BEFORE_A_PERSON = 2


class ActionAnswer(ReplyAction):
    """The entry's answer; first what to do when it goes wrong, if the question is of that kind."""

    action_name = "action_answer"

    async def reply(self, turn: Turn) -> Reply:
        if turn.id not in self.composer.content.entries:
            return self.composer.fallback(turn.asker)
        if turn.trouble:
            return self.composer.goes_wrong(turn.id, turn.asker)
        return self.composer.answer(turn.id, turn.asker)


class ActionClarify(ReplyAction):
    """Two or three buttons with the likeliest entries."""

    action_name = "action_clarify"

    async def reply(self, turn: Turn) -> Reply:
        likely = [one for one in turn.ranking if one in self.composer.content.entries]
        return self.composer.clarify(likely[:CLARIFY_BUTTONS], turn.asker) if likely else self.composer.fallback(turn.asker)


class ActionFallback(HandoffAction):
    """Not understood: the menu; the second time in a row the offer of a caseworker."""

    action_name = "action_fallback"

    async def reply(self, turn: Turn) -> Reply:
        return await self.menu_or_person(turn, self.composer.fallback(turn.asker))

    async def menu_or_person(self, turn: Turn, reply: Reply) -> Reply:
        misses = turn.misses + 1
        if misses >= MISSES_BEFORE_A_PERSON:
            return self.hand_off(turn, reason="missed")
        return replace(reply, remember={**reply.remember, "misses": str(misses)})


class ActionDidNotHelp(ActionFallback):
    """The answer was not understood or not the right one."""

    action_name = "action_did_not_help"

    async def reply(self, turn: Turn) -> Reply:
        sorry = self.composer.say(turn.asker, "answer.missed_offer")
        return await self.menu_or_person(turn, replace(self.composer.fallback(turn.asker), text=sorry))

"""The base of our actions: a turn in, one reply out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn, read_turn
from content.compose import AUTONYMS, Asker, Composer
from content.reply import Button, Reply


class ReplyAction(Action):  # type: ignore[misc]
    """Sends the reply that `reply` makes; subclasses set `action_name` and write `reply`."""

    action_name = ""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        turn = read_turn(tracker)
        reply = replace(self.with_what_was_learnt(await self.reply(turn), turn), about=turn.about)
        dispatcher.utter_message(json_message=reply.as_json())
        return []

    async def reply(self, turn: Turn) -> Reply:
        raise NotImplementedError(f"{type(self).__name__} has no reply")

    def with_what_was_learnt(self, reply: Reply, turn: Turn) -> Reply:
        """Remember a region that was named; offer the language that was written when it is not the chosen one."""
        if turn.named_region:
            reply = replace(reply, remember={"region": turn.named_region, **reply.remember})
        if turn.named_town:
            reply = replace(reply, remember={"town": turn.named_town, **reply.remember})
        written = turn.written_language
        if not turn.chosen_language or not written or written == turn.chosen_language:
            return reply
        offer = self.composer.say(Asker(written), "language.suggest", language=AUTONYMS[written])
        return replace(reply, buttons=(*reply.buttons, (Button(offer, f"language:{written}"),)))

"""One turn of Rasa without what it does twice: three small subclasses, wired by nlu/server.py.

A profile showed four fifths of a turn in `jsonschema.validate`, which checks Rasa's schema of an action's answer against
the schema of schemas each time. Promise: an action's answer is still validated, by a validator that is built once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import Action, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker


def answer_validator() -> Validator:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


class QuickRemoteAction(RemoteAction):  # type: ignore[misc]
    def __init__(self, action: RemoteAction, validator: Validator) -> None:
        super().__init__(action.name(), action.action_endpoint)
        self.validator = validator

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        self.validator.validate(result)
        return True


class OneTurnProcessor(MessageProcessor):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.validator = answer_validator()

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """We have no slots."""
        return tracker

    async def _run_action(self, action: Action, *arguments: Any) -> bool:
        if type(action) is RemoteAction:
            action = QuickRemoteAction(action, self.validator)
        going_on: bool = await super()._run_action(action, *arguments)
        return going_on


class OneTurnAgent(Agent):  # type: ignore[misc]
    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        self.processor = OneTurnProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain

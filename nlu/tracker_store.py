"""ForgetfulTrackerStore: every turn begins with an empty, open conversation and ends with none.

Promise: nothing of a person stays in Rasa; memory stays flat and a turn short, however long somebody writes. The bot
keeps what has to be known and sends it with each message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker


class ForgetfulTrackerStore(TrackerStore):  # type: ignore[misc]
    async def save(self, tracker: DialogueStateTracker) -> None:
        """Nothing is kept."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """A conversation whose session has begun, so that Rasa does not spend a turn on beginning one."""
        tracker = self.init_tracker(sender_id)
        for event in (ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)):
            tracker.update(event, self.domain)
        return tracker

    async def delete(self, sender_id: str) -> None:
        """Nothing to delete."""

    async def keys(self) -> Iterable[Any]:
        return []

"""Ending: how tasks are stopped for certain.

On Python 3.10 a cancellation that meets a time limit in a library is taken for the time limit and lost (redis-py asks for
one before each command). A task that was cancelled once may therefore go on for ever; it is cancelled until it is done.
"""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_SECONDS = 0.2


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Return when all of them are done, whatever they end with."""
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_SECONDS)


async def finished(task: asyncio.Future[Any]) -> None:
    """Return when it is done, even if we are cancelled meanwhile."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue

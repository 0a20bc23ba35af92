"""Quiet logs: what Rasa and the libraries under it may write while a person's words pass through them.

Promise: no word of a person reaches a log. Rasa's structured logs carry the text and, on an error, local variables; its
tracebacks carry messages that quote requests. Of a structured log only its name is kept, of an exception only its kind and
the lines it passed, and from any line the words of the message under way are blotted out.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import structlog

from nlu.normalise import MAX_CHARACTERS

WORD = re.compile(r"\w{3,}")
BLOT = "…"
SAFE_KEYS = frozenset({"event", "action_name", "level"})
LIBRARIES = ("rasa", "sanic", "aiohttp", "asyncio", "apscheduler", "matplotlib", "urllib3", "py.warnings")
words_under_way: ContextVar[frozenset[str]] = ContextVar("words_under_way", default=frozenset())
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def hide(text: str) -> None:
    """From here on, in this task, the words of this text are blotted out of every log line."""
    words_under_way.set(frozenset(WORD.findall(text[:MAX_CHARACTERS].lower())))


class QuietFormatter(logging.Formatter):
    """Blots out the words under way; shows of an exception its kind and its lines."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None
        hidden = words_under_way.get()
        line = super().format(record)
        return WORD.sub(lambda found: BLOT if found.group().lower() in hidden else found.group(), line) if hidden else line

    def formatException(self, ei: Raised) -> str:
        return kinds_and_lines(ei[1])


class QuietJsonFormatter(QuietFormatter):
    """The same as one JSON object a line, in the form of logs.py."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname.lower(), "from": record.name, "event": super().format(record)}
        return json.dumps(told, ensure_ascii=False)


def kinds_and_lines(error: BaseException | None) -> str:
    """`KeyError at nlu/x.py:12 < RasaException at ...`: the chain of an exception without what it says."""
    told = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
        told.append(type(error).__name__ + place)
        error = error.__cause__ or error.__context__
    return " < ".join(told)


def only_the_name(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """The last step of structlog: the event's name, ids, and the kind of an exception."""
    told = " ".join(f"{key}={event[key]}" for key in sorted(SAFE_KEYS & event.keys() - {"event"}))
    error = sys.exc_info()[1] if event.get("exc_info") or method == "exception" else None
    return " ".join(part for part in (str(event.get("event", "")), told, kinds_and_lines(error)) if part)


def hush(level: str = "INFO", log_format: str = "text") -> None:
    """Set logging up so; libraries speak from WARNING on, debug is never written."""
    handler = logging.StreamHandler(sys.stderr)
    in_text = QuietFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(QuietJsonFormatter("%(message)s") if log_format == "json" else in_text)
    logging.basicConfig(level=max(logging.INFO, logging.getLevelName(level)), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.add_log_level, only_the_name],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )

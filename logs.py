"""Logs: one JSON object a line, with ids, intents, languages and timings.

Promise: no person's words, name or number and no token is ever logged, whatever a library tries to say.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from typing import Any, TextIO

OWN = ("actions", "bot", "content", "desk", "health", "settings", "store", "vault")
# Everything a log line may say besides its event; a field that is not listed here is left out.
FIELDS = (
    "person", "update", "kind", "verb", "outcome", "entry", "language", "milliseconds", "case", "partition", "role",
    "attempt", "seconds", "method", "count", "reason", "entry_id", "part", "action", "error",
)  # fmt: skip
# These libraries log addresses (Telegram's hold the token) or what they send.
LOUD = ("httpx", "httpcore", "telegram", "hpack", "uvicorn", "uvicorn.access", "uvicorn.error", "asyncio", "websockets")


class JsonLines(logging.Formatter):
    """Formats our own events; of other libraries' records only the fixed template's first line remains."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.told(record), ensure_ascii=False, default=str)

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": template(record),
        }
        line |= {name: vars(record)[name] for name in FIELDS if vars(record).get(name) is not None}
        if record.exc_info and record.exc_info[1]:
            line |= trouble(record.exc_info[1])
        return line


class PlainLines(JsonLines):
    """The same for the eye: time, level, event, then the rest as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.told(record)
        head = [str(line.pop(name)) for name in ("at", "level", "from", "event")]
        return " ".join([*head, *(f"{name}={value}" for name, value in line.items())])


def template(record: logging.LogRecord) -> str:
    """The record's text without its arguments: they may hold words or addresses."""
    text = str(record.msg).partition("\n")[0]
    if record.name.partition(".")[0] in OWN:
        return text
    return text if record.args else f"a message of {record.name}"


def trouble(error: BaseException) -> dict[str, str]:
    """Kind and place of an error; never its message, which may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
    return {"error": type(error).__name__, "where": where}


def set_up_logs(level: str = "INFO", log_format: str = "json", stream: TextIO | None = None) -> None:
    """Send everything as JSON lines (or `text`) to stderr, our own from `level` on, libraries' warnings only."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainLines() if log_format == "text" else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())
    for name in LOUD:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)

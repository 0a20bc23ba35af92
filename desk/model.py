"""The shapes of the desk: a case, a line of its thread, a file that came with it, an event for the person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from vault import Vault, VaultError


class CaseNotFound(Exception):
    """There is no such case, or it is closed and takes no more of the person's words."""


class NotHeld(Exception):
    """This caseworker does not hold the case: never claimed, given back, or the lease ran out."""


class MediaNotFound(Exception):
    """The file has expired, or its person asked to be forgotten."""


@dataclass(frozen=True)
class Media:
    """A voice message, photo or document; `kind` is voice, photo, document or the like, `size` in bytes."""

    id: str
    kind: str
    name: str
    mime: str
    size: int

    @property
    def file_name(self) -> str:
        """The person's file name without folders and signs that cannot be seen: `exe.fdp` must not read as a pdf."""
        plain = "".join(sign for sign in self.name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())
        return plain[-100:].lstrip(".") or self.kind


@dataclass(frozen=True)
class Message:
    """One line of a thread. author: person, bot, caseworker, note (colleagues only) or system.

    about: what the bot understood or which entry it answered with: entry, confidence, runner_ups, outcome, crisis;
    when words from before the case were said (said_at, in seconds); that they are corrected ones (edited).
    """

    id: str
    author: str
    words: str
    at: datetime
    language: str = ""
    caseworker: str = ""
    media: Media | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def said_at(self) -> datetime:
        seconds = self.about.get("said_at", "").lstrip("0")
        return moment(f"{seconds}000") if seconds.isdecimal() else self.at


@dataclass(frozen=True)
class Case:
    """One request for a human. `caseworker` is a sign-in name, `caseworker_name` what the person is told."""

    id: str
    person: str
    alias: str
    state: str
    language: str
    reason: str
    opened_at: datetime
    waiting_since: datetime
    region: str | None = None
    status: str | None = None
    entry: str | None = None
    crisis: str | None = None
    urgent: bool = False
    caseworker: str | None = None
    caseworker_name: str = ""
    lease_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str = ""
    unreachable: bool = False
    replied_at: datetime | None = None
    last_author: str = ""
    last_at: datetime | None = None
    told_late: bool = False
    tags: tuple[str, ...] = ()
    team: str = ""

    @property
    def waiting(self) -> bool:
        return self.state == "waiting"

    @property
    def held(self) -> bool:
        return self.state == "held"

    @property
    def closed(self) -> bool:
        return self.state == "closed"

    def lapsed(self, now: datetime) -> bool:
        """True when it is held by a lease that has run out and nobody has put it back yet."""
        return self.held and self.lease_until is not None and self.lease_until <= now


@dataclass(frozen=True)
class CaseEvent:
    """Something the person must be told.

    kind: claimed, reply, released, closed, cancelled, late, expired or handed. `id` is the entry of the events stream.
    """

    id: str
    kind: str
    case_id: str
    person: str
    words: str = ""
    caseworker_name: str = ""
    language: str = ""


def read_case(vault: Vault, case_id: str, fields: Mapping[str, str]) -> Case:
    """A case out of its hash."""
    return Case(
        id=case_id,
        person=fields["person"],
        alias=fields["alias"],
        state=fields["state"],
        language=fields["language"],
        reason=fields["reason"],
        opened_at=moment(fields["opened_at"]),
        waiting_since=moment(fields["waiting_since"]),
        region=fields.get("region") or None,
        status=fields.get("status") or None,
        entry=fields.get("entry") or None,
        crisis=fields.get("crisis") or None,
        urgent=fields.get("urgent") == "1",
        caseworker=fields.get("caseworker") or None,
        caseworker_name=fields.get("name", ""),
        lease_until=moment_or_none(fields.get("lease_until")),
        closed_at=moment_or_none(fields.get("closed_at")),
        closed_by=fields.get("closed_by") or None,
        outcome=opened(vault, fields.get("outcome")),
        unreachable=fields.get("unreachable") == "1",
        replied_at=moment_or_none(fields.get("replied_at")),
        last_author=fields.get("last_author", ""),
        last_at=moment_or_none(fields.get("last_at")),
        told_late=fields.get("told_late") == "1",
        team=fields.get("team", ""),
        tags=tuple(json.loads(opened(vault, fields.get("tags")) or "[]")),
    )


def opened(vault: Vault, sealed: str | None) -> str:
    """Empty when its key is gone: a queue is read all the same when one case has a tag that nobody can open."""
    try:
        return vault.open(sealed) if sealed else ""
    except VaultError:
        return ""


def read_message(vault: Vault, stream_id: str, fields: Mapping[str, str]) -> Message:
    body: dict[str, Any] = vault.open_json(fields["body"])
    media = body.get("media")
    return Message(
        id=stream_id,
        author=fields["author"],
        words=body["words"],
        at=moment(stream_id.partition("-")[0]),
        language=fields.get("language", ""),
        caseworker=fields.get("caseworker", ""),
        media=Media(**media) if media else None,
        about=body.get("about") or {},
    )


def moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, timezone.utc)


def moment_or_none(milliseconds: str | None) -> datetime | None:
    return moment(milliseconds) if milliseconds else None


def texts(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in fields.items()}


def pairs(encoded: bytes) -> list[tuple[str, dict[str, str]]]:
    """`[[id, [name, value, ...]], ...]` as the list script writes it; Lua writes an empty list as `{}`."""
    return [(case_id, dict(zip(flat[::2], flat[1::2], strict=True))) for case_id, flat in list(json.loads(encoded))]

"""Routing: which waiting case fits whom, and to whom it is offered when nobody takes it.

Promise: nothing is hidden from anybody; what fits comes first, and an offer moves on by itself until somebody claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from content.hours import HoursError, parse_hours
from desk.accounts import Account
from desk.cases import Case

OFFER_AFTER = timedelta(minutes=1)
OFFER_LASTS = timedelta(minutes=2)


@dataclass(frozen=True)
class Colleague:
    """An account with what it is doing: a page open, so many cases held."""

    account: Account
    present: bool
    holding: int

    @property
    def has_room(self) -> bool:
        return not self.account.limit or self.holding < self.account.limit


def fits(account: Account, case: Case) -> bool:
    """True when the caseworker speaks the language and knows topic and region; what is not set fits everything."""
    topic = (case.entry or "").partition("/")[0]
    return (
        (not account.languages or case.language in account.languages)
        and (not account.topics or not topic or topic in account.topics)
        and (not account.regions or not case.region or case.region in account.regions)
    )


def at_work(account: Account, now: datetime, zone: str) -> bool:
    """Within the caseworker's own hours; none set, or malformed ones, mean always."""
    try:
        return not account.hours or parse_hours(account.hours, timezone=zone).is_open(now)
    except HoursError:
        return True


def on_duty(colleagues: Sequence[Colleague], now: datetime, zone: str) -> list[Colleague]:
    """Who could take one more case now, the least busy first."""
    able = [one for one in colleagues if one.present and one.has_room and at_work(one.account, now, zone)]
    return sorted(able, key=lambda one: (one.holding, one.account.name))


def offered(case: Case, account: Account, able: Sequence[Colleague], now: datetime) -> bool:
    """True when the case is offered to this caseworker now: to all of the team it was handed to, else to one at a time."""
    team = {one.account.name for one in able if case.team and one.account.team == case.team}
    return account.name in team if team else offered_to(case, able, now) == account.name


def offered_to(case: Case, able: Sequence[Colleague], now: datetime) -> str | None:
    """Of those on duty, the sign-in name the case is offered to now; None when it is too early or nobody fits.

    It follows from the time alone: every desk computes the same, and nothing needs to be stored or taken back.
    """
    waited = now - case.waiting_since
    if waited < OFFER_AFTER and not case.urgent:
        return None
    turns = [one for one in able if fits(one.account, case)]
    if not turns:
        return None
    return turns[int(max(waited - OFFER_AFTER, timedelta()) / OFFER_LASTS) % len(turns)].account.name

"""Opening hours of the organisation: when a person can honestly expect an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)", re.I)


class HoursError(Exception):
    """Opening hours or holidays that do not parse."""


@dataclass(frozen=True)
class Hours:
    """Spans of opening by weekday (0 = Monday), and the days it stays closed."""

    spans: tuple[tuple[int, time, time], ...]
    holidays: frozenset[date]
    zone: ZoneInfo

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return any(opens <= local < closes for opens, closes in self.on(local.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The next time it opens after `moment`; None when it does not open within a month."""
        local = moment.astimezone(self.zone)
        for ahead in range(32):
            for opens, _ in self.on(local.date() + timedelta(days=ahead)):
                if opens > local:
                    return opens
        return None

    def answer_by(self, moment: datetime, promise: timedelta) -> datetime | None:
        """When an answer is due: `promise` after now, or after the next opening when closed."""
        if self.is_open(moment):
            return moment + promise
        opening = self.next_opening(moment)
        return opening + promise if opening else None

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            return []
        return sorted(
            (datetime.combine(day, opens, self.zone), datetime.combine(day, closes, self.zone))
            for weekday, opens, closes in self.spans
            if weekday == day.weekday()
        )


def parse_hours(text: str, holidays: str = "", timezone: str = "Europe/Brussels") -> Hours:
    """`Mon-Fri 09:00-12:00, Mon 13:00-17:00` and `2026-12-25, 2027-01-01`. Raises HoursError."""
    spans = tuple(span for part in text.split(",") if part.strip() for span in parse_span(part))
    try:
        closed = frozenset(date.fromisoformat(day.strip()) for day in holidays.split(",") if day.strip())
    except ValueError as error:
        raise HoursError(f"holidays {holidays!r}: write days as 2026-12-25, separated by commas") from error
    return Hours(spans, closed, ZoneInfo(timezone))


def parse_span(part: str) -> Iterable[tuple[int, time, time]]:
    found = SPAN.fullmatch(part.strip())
    try:
        if not found:
            raise ValueError(part)
        first, last = DAYS.index(found["first"].lower()), DAYS.index((found["last"] or found["first"]).lower())
        opens, closes = time.fromisoformat(found["opens"]), time.fromisoformat(found["closes"])
    except ValueError as error:
        raise HoursError(f"opening hours {part.strip()!r}: write them as `Mon-Fri 09:00-17:00`") from error
    if not (first <= last and opens < closes):
        raise HoursError(f"opening hours {part.strip()!r}: the first day and hour come before the last")
    return [(day, opens, closes) for day in range(first, last + 1)]

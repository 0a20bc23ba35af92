"""Opening hours say when a person can expect an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content.hours import HoursError, parse_hours

BRUSSELS = ZoneInfo("Europe/Brussels")
HOURS = parse_hours("Mon-Thu 09:00-12:00, Mon 13:00-17:00", "2026-11-23")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def test_it_is_open_within_its_hours_and_closed_on_holidays():
    assert HOURS.is_open(at("2026-11-24T09:00"))
    assert not HOURS.is_open(at("2026-11-24T12:00"))
    assert not HOURS.is_open(at("2026-11-23T10:00"))


def test_the_next_opening_skips_the_weekend_and_holidays():
    assert HOURS.next_opening(at("2026-11-20T18:00")) == at("2026-11-24T09:00")
    assert HOURS.next_opening(at("2026-11-30T12:30")) == at("2026-11-30T13:00")


def test_an_answer_is_due_after_the_next_opening():
    assert HOURS.answer_by(at("2026-11-22T10:00"), timedelta(hours=1)) == at("2026-11-24T10:00")
    assert HOURS.answer_by(at("2026-11-24T10:00"), timedelta(hours=1)) == at("2026-11-24T11:00")
    assert parse_hours("").answer_by(at("2026-11-24T10:00"), timedelta(hours=1)) is None


@pytest.mark.parametrize("text", ["always", "Mon 9-17", "Fri-Mon 09:00-17:00", "Mon 17:00-09:00", "Mon 09:00-25:00"])
def test_hours_that_do_not_parse_are_one_clear_line(text: str):
    with pytest.raises(HoursError, match="opening hours"):
        parse_hours(text)


def test_a_holiday_that_is_no_day_is_one_clear_line():
    with pytest.raises(HoursError, match="write days as 2026-12-25"):
        parse_hours("", "Christmas")

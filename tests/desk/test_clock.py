"""The clock: nobody waits in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from content.hours import parse_hours
from desk.cases import Cases
from desk.clock import Clock, Promise
from tests.desk.test_routing import CASE, MONDAY

ALWAYS = parse_hours("Mon-Sun 00:00-23:59")
OFFICE = parse_hours("Mon-Fri 09:00-17:00")
HOUR = timedelta(hours=1)


async def test_a_broken_promise_is_owned_up_to_once(cases: Cases) -> None:
    case = await cases.open("person00000000000001", "ar", "asked")
    clock = Clock(cases, Promise(ALWAYS, HOUR))
    await clock.own_up(case.waiting_since + timedelta(minutes=59))
    assert not (await cases.get(case.id)).told_late
    for _ in range(2):
        await clock.own_up(case.waiting_since + timedelta(hours=26))
    assert (await cases.get(case.id)).told_late
    await cases.events.make()
    assert [event.kind for event in await cases.read_events(block_ms=1)] == ["late"]


async def test_nothing_was_promised_for_the_night(cases: Cases) -> None:
    case = await cases.open("person00000000000001", "ar", "asked")
    due = Promise(OFFICE, HOUR).due(case)
    opening = OFFICE.next_opening(case.waiting_since)
    assert due and opening
    assert due == (case.waiting_since + HOUR if OFFICE.is_open(case.waiting_since) else opening + HOUR)


async def test_who_cannot_be_reached_is_not_told(cases: Cases) -> None:
    case = await cases.open("person00000000000001", "ar", "asked")
    await cases.set_unreachable(case.person)
    await Clock(cases, Promise(ALWAYS, HOUR)).own_up(case.waiting_since + timedelta(days=2))
    assert not (await cases.get(case.id)).told_late


@pytest.mark.parametrize(("minutes", "stage"), [(0, "fresh"), (29, "fresh"), (31, "soon"), (59, "soon"), (61, "late")])
def test_half_of_the_promised_time_makes_a_case_pressing(minutes: int, stage: str) -> None:
    assert Promise(OFFICE, HOUR).wait(CASE, MONDAY + timedelta(minutes=minutes)).stage == stage

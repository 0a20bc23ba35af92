"""Routing: what fits comes first, and an offer moves on until somebody claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from desk.accounts import Account, Accounts
from desk.cases import Case, Cases
from desk.colleagues import Colleagues
from desk.queue import in_order
from desk.routing import Colleague, at_work, fits, offered_to, on_duty
from store import Redis
from tests.desk.test_accounts import PASSWORD, QUICK

MONDAY = datetime(2026, 11, 23, 10, tzinfo=timezone.utc)
ZONE = "Europe/Brussels"
CASE = Case("c1", "p", "Blue Heron 7", "waiting", "ar", "asked", MONDAY, MONDAY, entry="housing/lease", region="brussels")


def colleague(name: str, present: bool = True, holding: int = 0, **account: object) -> Colleague:
    return Colleague(Account(name, name.title(), **account), present, holding)  # type: ignore[arg-type]


def test_a_case_fits_by_language_topic_and_region_and_what_is_not_set_fits_all() -> None:
    assert fits(Account("a", "A"), CASE)
    assert fits(Account("a", "A", languages=("ar",), topics=("housing",), regions=("brussels",)), CASE)
    for other in (colleague("a", languages=("fr",)), colleague("a", topics=("jobs",)), colleague("a", regions=("wallonia",))):
        assert not fits(other.account, CASE)


def test_nobody_is_offered_a_case_in_its_first_minute_unless_it_is_urgent() -> None:
    soon = MONDAY + timedelta(seconds=30)
    assert offered_to(CASE, [colleague("amal")], soon) is None
    assert offered_to(replace(CASE, urgent=True), [colleague("amal")], soon) == "amal"


def test_an_offer_goes_to_the_next_when_nobody_takes_it() -> None:
    pair = on_duty([colleague("amal", holding=1), colleague("bart")], MONDAY, ZONE)
    offers = [offered_to(CASE, pair, MONDAY + timedelta(minutes=minutes)) for minutes in (1, 2, 3, 5)]
    assert offers == ["bart", "bart", "amal", "bart"]


def test_who_is_away_full_off_duty_or_does_not_speak_the_language_gets_no_offer() -> None:
    later = MONDAY + timedelta(minutes=9)
    unable = [
        colleague("away", present=False),
        colleague("full", holding=2, limit=2),
        colleague("off", hours="Tue-Fri 09:00-17:00"),
        colleague("french", languages=("fr",)),
    ]
    assert offered_to(CASE, on_duty(unable, later, ZONE), later) is None
    able = on_duty([*unable, colleague("amal", languages=("ar",))], later, ZONE)
    assert offered_to(CASE, able, later) == "amal"


def test_hours_that_do_not_parse_mean_always() -> None:
    assert at_work(Account("a", "A", hours="whenever"), MONDAY, ZONE)


def test_the_queue_shows_urgent_then_offered_then_fitting_then_longest_waiting() -> None:
    account = Account("a", "A", languages=("ar",))
    old, fitting, offered = (
        replace(CASE, id="old", language="ti"),
        replace(CASE, id="fits"),
        replace(CASE, id="offered", language="uk"),
    )
    urgent = replace(CASE, id="urgent", language="ti", urgent=True)
    order = in_order(account, [old, fitting, offered, urgent], frozenset({"offered"}))
    assert [case.id for case in order] == ["urgent", "offered", "fits", "old"]


async def test_colleagues_who_speak_the_language_and_are_here_come_first(redis: Redis, cases: Cases) -> None:
    accounts = Accounts(redis, QUICK)
    for account in (
        Account("amal", "Amal"),
        Account("bart", "Bart"),
        Account("carl", "Carl"),
        Account("dina", "Dina", languages=("ar",)),
    ):
        await accounts.add(account, PASSWORD)
    await accounts.add(Account("edith", "Edith", ("editor",)), PASSWORD)
    colleagues = Colleagues(redis, accounts, cases)
    await colleagues.seen("carl")
    others = await colleagues.others("amal", "ar")
    assert [(one.account.name, one.present) for one in others] == [("dina", False), ("carl", True), ("bart", False)]

    carl = await accounts.find("carl")
    assert carl
    await accounts.change(replace(carl, limit=1))
    case = await cases.open("person00000000000001", "ar", "asked")
    await cases.claim(case.id, "carl", "Carl")
    others = await colleagues.others("amal", "ar")
    assert [(one.account.name, one.has_room) for one in others] == [("dina", True), ("bart", True), ("carl", False)]

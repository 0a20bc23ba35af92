"""Cases: never lost, one for a person, held by one, and every change told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from redis.exceptions import ResponseError

from desk.cases import EVENTS, Case, CaseEvent, CaseNotFound, Cases, MediaNotFound, NotHeld
from desk.keys import EVENTS_ASIDE, EVENTS_GROUP
from settings import Settings
from store import Redis, connect
from vault import Vault

PERSON = "abcdefghij0123456789"
WORDS = "my landlord threw me out جواز"


async def told(cases: Cases) -> list[tuple[str, str]]:
    """Kind and words of every event not yet told, as the bot reads them."""
    return [(event.kind, event.words) for event in await read(cases)]


async def read(cases: Cases) -> list[CaseEvent]:
    await cases.events.make()
    events = await cases.read_events(100, block_ms=1)
    for event in events:
        await cases.done(event)
    return events


async def test_a_case_waits_when_it_is_opened(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked", entry="housing/lease", region="brussels")
    assert case.waiting and not case.urgent
    assert (case.language, case.reason, case.entry, case.region, case.status) == (
        "ar",
        "asked",
        "housing/lease",
        "brussels",
        None,
    )
    assert [one.id for one in await cases.queue()] == [case.id]
    assert await cases.open_of(PERSON) == case


async def test_fifty_handoffs_of_one_person_at_once_open_one_case(cases: Cases, settings: Settings, redis: Redis) -> None:
    others = [Cases(connect(settings), cases.vault) for _ in range(5)]
    opened = await asyncio.gather(*(others[turn % 5].open(PERSON, "ar", "asked", urgent=turn == 7) for turn in range(50)))
    for other in others:
        await other.redis.close(close_connection_pool=True)
    assert len({case.id for case in opened}) == 1
    queue = await cases.queue()
    assert len(queue) == 1 and queue[0].urgent


async def test_fifty_claims_at_once_have_one_winner_and_one_event(cases: Cases, settings: Settings) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    others = [Cases(connect(settings), cases.vault) for _ in range(5)]
    won = await asyncio.gather(*(others[turn % 5].claim(case.id, f"worker{turn}") for turn in range(50)))
    for other in others:
        await other.redis.close(close_connection_pool=True)
    assert sum(won) == 1
    assert (await cases.get(case.id)).caseworker == f"worker{won.index(True)}"
    assert await told(cases) == [("claimed", "")]


async def test_the_holder_may_press_claim_twice_and_the_person_is_told_once(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    assert await cases.claim(case.id, "amal", "Amal")
    assert await cases.claim(case.id, "amal", "Amal")
    events = await read(cases)
    assert [(event.kind, event.caseworker_name, event.language, event.person) for event in events] == [
        ("claimed", "Amal", "ar", PERSON)
    ]


async def test_urgent_comes_first_then_the_longest_waiting(cases: Cases) -> None:
    first, second, third = [await cases.open(f"person{turn}", "fr", "asked") for turn in range(3)]
    await cases.open("person2", "fr", "crisis", urgent=True, crisis="violence_now")
    assert [case.id for case in await cases.queue()] == [third.id, first.id, second.id]


async def test_a_second_handoff_never_lowers_the_urgency(cases: Cases) -> None:
    await cases.open(PERSON, "fr", "crisis", urgent=True, crisis="suicide")
    again = await cases.open(PERSON, "fr", "asked")
    assert again.urgent and again.crisis == "suicide" and again.reason == "crisis"


async def test_a_case_waits_again_when_its_lease_runs_out(hasty_cases: Cases) -> None:
    case = await hasty_cases.open(PERSON, "ar", "asked")
    await hasty_cases.claim(case.id, "amal", "Amal")
    assert await hasty_cases.expire_leases() == []
    await asyncio.sleep(1.05)
    put_back = await asyncio.gather(*(hasty_cases.expire_leases() for _ in range(10)))
    assert [one.id for some in put_back for one in some] == [case.id]
    assert (await hasty_cases.get(case.id)).waiting
    assert [one.id for one in await hasty_cases.queue()] == [case.id]
    assert [kind for kind, _ in await told(hasty_cases)] == ["claimed", "expired"]


async def test_a_case_whose_lease_ran_out_is_seen_waiting_before_anybody_tidied_up(hasty_cases: Cases) -> None:
    case = await hasty_cases.open(PERSON, "ar", "asked")
    await hasty_cases.claim(case.id, "amal")
    await asyncio.sleep(1.05)
    assert (await hasty_cases.get(case.id)).waiting
    assert await hasty_cases.claim(case.id, "bart")


async def test_renewing_keeps_the_lease(hasty_cases: Cases) -> None:
    case = await hasty_cases.open(PERSON, "ar", "asked")
    await hasty_cases.claim(case.id, "amal")
    await asyncio.sleep(0.7)
    assert await hasty_cases.renew(case.id, "amal")
    assert not await hasty_cases.renew(case.id, "bart")
    await asyncio.sleep(0.7)
    assert await hasty_cases.expire_leases() == []
    assert (await hasty_cases.get(case.id)).held


async def test_a_reply_reaches_thread_and_person_together(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    message = await cases.reply(case.id, "amal", "Bring your card.", key="form-1")
    assert await cases.reply(case.id, "amal", "Bring your card.", key="form-1") == message
    assert [(one.author, one.words, one.caseworker) for one in await cases.thread(case.id)] == [
        ("caseworker", "Bring your card.", "amal")
    ]
    assert await told(cases) == [("claimed", ""), ("reply", "Bring your card.")]


async def test_a_reply_by_somebody_who_does_not_hold_the_case_is_refused(hasty_cases: Cases) -> None:
    case = await hasty_cases.open(PERSON, "ar", "asked")
    with pytest.raises(NotHeld):
        await hasty_cases.reply(case.id, "amal", "hello")
    await hasty_cases.claim(case.id, "amal")
    with pytest.raises(NotHeld):
        await hasty_cases.reply(case.id, "bart", "hello")
    await asyncio.sleep(1.05)
    with pytest.raises(NotHeld):
        await hasty_cases.reply(case.id, "amal", "too late")
    assert await hasty_cases.thread(case.id) == []
    assert "reply" not in [kind for kind, _ in await told(hasty_cases)]


async def test_the_same_update_adds_one_line(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    first, second = [await cases.add(case.id, "person", WORDS, language="ar", key="update-7") for _ in range(2)]
    assert first == second
    assert [message.words for message in await cases.thread(case.id)] == [WORDS]


async def test_a_line_keeps_what_the_bot_understood_and_the_media(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    media = await cases.store_media(PERSON, b"OggS", "voice", "voice.ogg", "audio/ogg")
    about = {"entry": "housing/lease", "confidence": "0.81"}
    message = await cases.add(case.id, "person", "", media=media, about=about)
    assert message.media == media and message.about == about
    assert await cases.media(media.id) == (media, b"OggS")


async def test_release_puts_the_case_back_and_tells_the_person(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    assert not await cases.release(case.id, "bart")
    assert await cases.release(case.id, "amal")
    assert (await cases.get(case.id)).waiting and await cases.held() == []
    assert [kind for kind, _ in await told(cases)] == ["claimed", "released"]


async def test_who_was_never_answered_keeps_the_place_in_the_queue(cases: Cases) -> None:
    first, second = [await cases.open(f"person{turn}", "fr", "asked") for turn in range(2)]
    await cases.claim(first.id, "amal")
    await cases.release(first.id, "amal")
    assert [case.id for case in await cases.queue()] == [first.id, second.id]


async def test_a_closed_case_frees_the_person_for_a_new_one(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    assert not await cases.close(case.id, "amal", "done")
    await cases.claim(case.id, "amal")
    assert await cases.close(case.id, "amal", "explained the lease")
    closed = await cases.get(case.id)
    assert closed.closed and closed.outcome == "explained the lease" and closed.closed_by == "amal"
    assert await cases.open_of(PERSON) is None
    assert [one.id for one in await cases.closed()] == [case.id]
    again = await cases.open(PERSON, "ar", "asked")
    assert again.id != case.id and again.alias == case.alias
    assert [one.id for one in await cases.cases_of(PERSON)] == [again.id, case.id]


async def test_words_after_closing_are_refused_so_that_the_bot_answers_them(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal")
    await cases.close(case.id, "amal")
    with pytest.raises(CaseNotFound):
        await cases.add(case.id, "person", "one more thing")
    await cases.add(case.id, "note", "left a note", caseworker="amal")


async def test_the_person_cancels_waiting_or_held_and_either_ends_once(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal")
    ended = await asyncio.gather(cases.cancel(PERSON), cases.close(case.id, "amal"))
    assert sorted(ended) == [False, True]
    assert not await cases.cancel(PERSON)
    assert [kind for kind, _ in await told(cases)] in (["claimed", "cancelled"], ["claimed", "closed"])


async def test_handing_over_gives_the_lease_to_the_colleague(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    assert not await cases.hand(case.id, "bart", "bart", "Bart")
    assert await cases.hand(case.id, "amal", "bart", "Bart")
    assert (await cases.get(case.id)).caseworker == "bart"
    assert [(event.kind, event.caseworker_name) for event in await read(cases)] == [("claimed", "Amal"), ("handed", "Bart")]


async def test_the_person_is_told_once_that_nobody_answered_in_time(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    assert await cases.tell_late(case)
    assert not await cases.tell_late(case)
    assert [kind for kind, _ in await told(cases)] == ["late"]


async def test_a_dead_bot_leaves_its_events_to_another(cases: Cases) -> None:
    cases.events.take_over_ms = 50
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal")
    await cases.events.make()
    assert len(await cases.read_events(block_ms=1)) == 1
    await asyncio.sleep(0.1)
    taken = await cases.read_events(block_ms=1)
    assert [event.kind for event in taken] == ["claimed"]
    await cases.done(taken[0])
    assert await cases.redis.xlen(EVENTS) == 0
    assert len(await cases.redis.xinfo_consumers(EVENTS, EVENTS_GROUP)) == 1


async def test_a_reader_that_comes_before_the_stream_makes_the_group(cases: Cases) -> None:
    assert await cases.read_events(block_ms=1) == []
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal")
    assert [event.kind for event in await cases.read_events(block_ms=1)] == ["claimed"]


async def test_an_unknown_case_is_not_found(cases: Cases) -> None:
    for call in (
        cases.get("none"),
        cases.claim("none", "amal"),
        cases.add("none", "person", "x"),
        cases.release("none", "amal"),
    ):
        with pytest.raises(CaseNotFound):
            await call


async def test_no_words_stand_in_redis_in_plain_and_every_key_expires(cases: Cases, redis: Redis) -> None:
    await full_case(cases)
    dump = await dump_of(redis)
    for secret in (WORDS, "landlord", "جواز", "secret-letter", "Bring your card", "all is well", "tagged"):
        assert secret.encode() not in dump
    without_expiry = [key for key in await redis.keys("*") if await redis.ttl(key) < 0]
    assert without_expiry == []


async def test_forgetting_a_person_leaves_nothing_of_them(cases: Cases, redis: Redis) -> None:
    await cases.events.make()
    case = await full_case(cases)
    media = (await cases.thread(case.id))[1].media
    other = await cases.open("someoneelse000000000", "fr", "asked")
    await cases.forget(PERSON)
    dump = await dump_of(redis)
    for trace in (PERSON, case.id, case.alias):
        assert trace.encode() not in dump
    assert [one.id for one in await cases.queue()] == [other.id]
    assert media
    with pytest.raises(MediaNotFound):
        await cases.media(media.id)
    assert await cases.read_events(block_ms=1) == []


async def test_a_case_that_expired_leaves_the_queue(cases: Cases, redis: Redis) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await redis.delete(f"ww:{{bot}}:case:{case.id}")
    assert await cases.queue() == [] and (await cases.counts())["waiting"] == 0
    assert await cases.open_of(PERSON) is None
    assert (await cases.open(PERSON, "ar", "asked")).waiting


async def test_tags_urgency_and_reach_can_be_set(cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.set_tags(case.id, ("lease", "deadline"))
    await cases.set_urgent(case.id, True)
    await cases.set_unreachable(PERSON)
    seen = await cases.get(case.id)
    assert seen == replace(case, tags=("lease", "deadline"), urgent=True, unreachable=True)


async def full_case(cases: Cases) -> Case:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.add(case.id, "person", WORDS, language="ar", about={"entry": "housing/lease"}, key="update-1")
    media = await cases.store_media(PERSON, WORDS.encode(), "document", "secret-letter.pdf", "application/pdf")
    await cases.add(case.id, "person", "", media=media)
    await cases.set_tags(case.id, ("tagged",))
    await cases.claim(case.id, "amal", "Amal")
    await cases.reply(case.id, "amal", "Bring your card")
    await cases.close(case.id, "amal", "all is well")
    return await cases.get(case.id)


async def dump_of(redis: Redis) -> bytes:
    """Every key and every value of every kind."""
    parts: list[object] = []
    kind_of = redis.register_script("return redis.call('TYPE', KEYS[1]).ok")
    for key in await redis.keys("*"):
        kind = (await kind_of(keys=[key])).decode()
        parts.append(key)
        if kind == "stream":
            parts.append(await redis.xrange(key))
        elif kind == "hash":
            parts.append(await redis.hgetall(key))
        elif kind == "set":
            parts.append(await redis.smembers(key))
        elif kind == "zset":
            parts.append(await redis.zrange(key, 0, -1))
        elif kind == "string":
            parts.append(await redis.get(key))
        else:
            raise ResponseError(f"{kind} is not dumped")
    return b"\n".join(flat(parts))


def flat(value: object) -> list[bytes]:
    if isinstance(value, bytes):
        return [value]
    if isinstance(value, dict):
        return [piece for pair in value.items() for one in pair for piece in flat(one)]
    if isinstance(value, (list, tuple, set)):
        return [piece for one in value for piece in flat(one)]
    return [str(value).encode()]


async def test_an_event_whose_key_is_gone_is_set_aside_and_holds_up_no_other(redis: Redis, cases: Cases) -> None:
    lost = Cases(redis, Vault(Fernet.generate_key().decode()))
    await lost.claim((await lost.open("person-lost", "ar", "asked")).id, "amal")
    kept = await cases.open("person-kept", "ti", "asked")
    await cases.claim(kept.id, "amal")
    assert [event.person for event in await read(cases)] == ["person-kept"]
    assert await redis.xlen(EVENTS_ASIDE) == 1
    await cases.forget("person-lost")
    assert await redis.xlen(EVENTS_ASIDE) == 0


async def test_the_queue_is_read_when_the_key_of_a_tag_is_gone(redis: Redis, cases: Cases) -> None:
    lost = Cases(redis, Vault(Fernet.generate_key().decode()))
    case = await lost.open(PERSON, "ar", "asked")
    await lost.set_tags(case.id, ("night",))
    (waiting,) = await cases.queue()
    assert waiting.id == case.id and waiting.tags == ()

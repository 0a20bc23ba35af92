"""What is remembered of a person."""

from __future__ import annotations

from dataclasses import replace

from bot.people import TALK_KEPT, People, Person, Said, person_key
from content.reply import Reply
from store import Redis


async def test_a_person_is_found_again_as_they_were(people: People) -> None:
    person = Person("p1", 5, "ar", True, region="brussels", status="refugee", entry="housing/lease", misses=1)
    person = person.talked(Said("person", "words", "1", "ar", {"edited": "1"}, 7))
    await people.save(person)
    assert await people.get("p1") == person


async def test_nothing_of_a_person_is_readable_in_redis(people: People, redis: Redis) -> None:
    await people.save(Person("p1", 987654321, status="no_papers").talked(Said("person", "my secret", "1")))
    stored = await redis.hgetall(person_key("p1"))
    assert b"987654321" not in stored[b"state"] and b"no_papers" not in stored[b"state"] and b"secret" not in stored[b"state"]


async def test_a_conversation_expires_and_a_case_keeps_the_way_back(people: People, redis: Redis) -> None:
    await people.save(Person("p1", 5))
    assert 23 * 3600 < await redis.ttl(person_key("p1")) <= 24 * 3600
    await people.keep("p1", has_case=True)
    assert await redis.ttl(person_key("p1")) > 30 * 24 * 3600
    await people.keep("p1", has_case=False)
    assert await redis.ttl(person_key("p1")) <= 24 * 3600


async def test_being_unreachable_is_not_written_over_by_a_message_that_is_being_handled(people: People) -> None:
    await people.save(Person("p1", 5))
    await people.set_unreachable("p1", True)
    await people.save(Person("p1", 5, "nl"))
    assert (await people.get("p1")).unreachable


async def test_nobody_is_brought_back_by_being_unreachable(people: People, redis: Redis) -> None:
    await people.set_unreachable("p1", True)
    assert not await redis.exists(person_key("p1"))


def test_a_person_remembers_what_a_reply_says_and_nothing_strange() -> None:
    remember = {"region": "atlantis", "status": "refugee", "language": "xx", "entry": "jobs/study", "misses": "many"}
    assert Person("p1", misses=1).hears(Reply("x", "en", remember=remember)) == Person(
        "p1", misses=1, status="refugee", entry="jobs/study"
    )


def test_only_the_last_of_a_long_talk_is_kept() -> None:
    person = Person("p1")
    for number in range(TALK_KEPT + 5):
        person = person.talked(Said("person", "x" * 5000, str(number)))
    assert len(person.talk) == TALK_KEPT and len(person.talk[-1].words) == 1000
    assert replace(person, talk=()).talk == ()

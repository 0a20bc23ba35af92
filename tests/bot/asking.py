"""Asking for a person, with the notice in between."""

from __future__ import annotations

from sandbox.client import Message, Person

NOTICE = "read what you write here? They read"


async def agrees(person: Person) -> Message:
    """Yes to the notice; the message that names the case."""
    await person.presses("send:yes", await person.hears(NOTICE))
    return await person.hears("Your case is called")


async def asks_for_a_person(person: Person) -> Message:
    await person.says("/human")
    return await agrees(person)

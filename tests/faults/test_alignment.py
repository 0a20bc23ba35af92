"""The count itself: what it takes for a fault, and what not."""

from __future__ import annotations

import pytest

from tests.faults.alignment import Due, align

A, B, C = (Due("question", (name, "slow"), name) for name in "ABC")
CLAIMED = Due("claimed", ("claimed",))
IN_CASE = Due("question", ("B", "slow"), "B", or_case=True)


@pytest.mark.parametrize(
    ("dues", "heard", "lost", "strange", "twice"),
    [
        ([A, B], ["A", "B"], [], (), 0),
        ([A, B], ["slow", "B"], [], (), 0),
        ([A, B], ["slow", "slow"], [], (), 0),
        ([A, B], ["slow", "slow", "slow"], [], (), 1),
        ([A, B], ["A", "A", "B"], [], (), 1),
        ([A, B], ["B"], ["A"], (), 0),
        ([A, B, C], ["A", "C"], ["B"], (), 0),
        ([A, B], ["A", "B", "X"], [], ("X",), 0),
        ([A], [], ["A"], (), 0),
        ([A, IN_CASE, CLAIMED], ["A", "claimed"], ["B"], (), 0),
        ([A, IN_CASE, CLAIMED], ["A", "B", "claimed"], [], (), 0),
    ],
)
def test_a_chat_is_explained_in_the_kindest_way_that_there_is(
    dues: list[Due], heard: list[str], lost: list[str], strange: tuple[str, ...], twice: int
):
    found = align(dues, heard)
    assert [due.words for due, met in zip(dues, found.met, strict=True) if met is None] == lost
    assert (found.strange, found.twice) == (strange, twice)


def test_two_answers_that_change_places_are_a_fault():
    found = align([A, B], ["B", "A"])
    assert len(found.strange) == 1 and None in found.met

"""Rasa as it runs: through its one door, with a trivial action server behind it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.nlu.conftest import Rasa

DEPOSIT = "How do I get my rental deposit back?"


def said(text: str, **metadata: Any) -> dict[str, Any]:
    return {"sender": "p1", "message": text, "metadata": metadata}


def test_the_reply_of_the_action_comes_back_as_it_is(rasa: Rasa):
    status, replies = rasa.say(said(DEPOSIT, language="en", entry=None))
    assert status == 200
    assert isinstance(replies, list)
    assert len(replies) == 1
    assert replies[0]["action"] == "action_answer"
    assert replies[0]["understanding"]["id"] == "housing/rental_guarantee"
    assert replies[0]["metadata"] == {"language": "en", "entry": None}


def test_blank_lines_do_not_split_a_message(rasa: Rasa):
    text = "How do I get\n\nmy rental deposit\n\n\nback?"
    _, replies = rasa.say(said(text))
    assert [reply["text"] for reply in replies] == [text]


def test_a_leading_slash_is_not_taken_for_an_intent(rasa: Rasa):
    _, replies = rasa.say(said("/greet"))
    assert replies[0]["text"] == "greet"
    assert rasa.say(said('/housing{"x": 1}'))[0] == 200


def test_each_outcome_has_its_action(rasa: Rasa):
    assert rasa.say(said("I want to kill myself"))[1][0]["action"] == "action_crisis"
    assert rasa.say(said("I want to talk to a real person please"))[1][0]["action"] == "action_handoff"
    assert rasa.say(said("\u200b"))[1][0]["action"] == "action_fallback"


def test_odd_messages_get_a_reply(rasa: Rasa):
    for text in ("", "😀", "\ud83d", "x" * 4096, "ع" * 9000, "\x00"):
        assert rasa.say(said(text))[0] == 200


def test_an_action_without_reply_and_a_failing_action_are_failures_with_an_id(rasa: Rasa):
    for text in ("SILENCE", "FAILURE"):
        status, answer = rasa.say(said(text))
        assert status == 503
        assert answer["error"] in ("no_reply", "failed")
        assert len(answer["id"]) == 8


def test_a_body_of_the_wrong_form_is_refused(rasa: Rasa):
    for body in (b"", b"no json", b"[]", b"\xff", {"sender": "p"}, {"sender": "p", "message": 3}):
        assert rasa.say(body)[0] == 400


def test_rasa_remembers_nothing_of_the_turn_before(rasa: Rasa):
    counts = {rasa.say(said(DEPOSIT))[1][0]["events"] for _ in range(5)}
    assert len(counts) == 1


def test_no_word_of_a_person_is_in_the_log(rasa: Rasa):
    for text in (
        "Zanzibarian FAILURE quicksilver",
        "Zanzibarian SILENCE quicksilver",
        "/Zanzibarian{quicksilver",
        "Zanzibarian quicksilver",
    ):
        rasa.say(said(text, note="quicksilver"))
    rasa.say(b'{"message": "Zanzibarian quicksilver"')
    time.sleep(0.2)
    log = rasa.log.read_text()
    assert "turn " in log
    assert "zanzibarian" not in log.lower()
    assert "quicksilver" not in log.lower()


def test_sixteen_at_once_all_get_their_own_reply(rasa: Rasa):
    with ThreadPoolExecutor(16) as pool:
        bodies = [{"sender": f"p{number}", "message": f"deposit {number}", "metadata": {}} for number in range(160)]
        answers = list(pool.map(rasa.say, bodies))
    assert [answer[1][0]["text"] for answer in answers] == [body["message"] for body in bodies]

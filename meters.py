"""Meters: what the processes count and time, in Prometheus' own form.

Promise: labels are kinds and outcomes out of fixed lists; no word, id, pseudonym or address of anybody is ever one.
They are module-level, against our rule, because a process has one page of them and prometheus_client one registry.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from time import perf_counter, time

from prometheus_client import Counter, Gauge, Histogram

OTHER = "other"
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30)
PATIENT = (60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600, 3 * 24 * 3600)

# Receiver
UPDATES = Counter("wegwijs_updates", "Updates that Telegram brought, by what became of them.", ["outcome"])
RECEIVE_FAILURES = Counter("wegwijs_receive_failures", "Times that Telegram or Redis could not be reached for updates.")
# Worker
TURNS = Counter("wegwijs_turns", "Updates answered.", ["kind", "outcome", "language"])
TURN_SECONDS = Histogram("wegwijs_turn_seconds", "Handling of one update.", ["kind"], buckets=QUICK)
INBOX_SECONDS = Histogram("wegwijs_inbox_seconds", "From an update's being stored to its being handled.", buckets=QUICK)
SET_ASIDE = Counter("wegwijs_updates_set_aside", "Updates that could not be handled.")
RASA_SECONDS = Histogram("wegwijs_rasa_seconds", "Rasa's answer as the bot sees it.", ["result"], buckets=QUICK)
RASA_SKIPPED = Counter("wegwijs_rasa_skipped", "Messages not brought to Rasa because the circuit breaker was open.")
BREAKER = Gauge("wegwijs_breaker_open", "Rasa servers left alone after failures.")
# Sender
SENT = Counter("wegwijs_sent", "Calls that Telegram took, refused, or that found nobody.", ["kind", "result"])
SEND_SECONDS = Histogram("wegwijs_send_seconds", "One call to Telegram that succeeded.", buckets=QUICK)
SEND_RETRIES = Counter("wegwijs_send_retries", "Calls to Telegram that had to be repeated.", ["reason"])
OUTBOX_SECONDS = Histogram("wegwijs_outbox_seconds", "From a reply's being written to Telegram's having it.", buckets=QUICK)
# Queues and cases: read when somebody looks
REDIS_UP = Gauge("wegwijs_redis_up", "1 when Redis answered the last look.")
QUEUE = Gauge("wegwijs_queue_length", "Entries in all partitions of a stream.", ["stream"])
CASES = Gauge("wegwijs_cases", "Cases now.", ["state"])
LONGEST_WAIT = Gauge("wegwijs_case_longest_wait_seconds", "How long the case that waits longest has been waiting.")
CASE_WAIT = Histogram("wegwijs_case_wait_seconds", "From a case's waiting to a caseworker's claim.", buckets=PATIENT)
# Desk, actions, Rasa
REQUESTS = Histogram("wegwijs_desk_request_seconds", "Until the desk began to answer.", ["status"], buckets=QUICK)
ACTIONS = Histogram("wegwijs_action_seconds", "One action.", ["action", "result"], buckets=QUICK)
UNDERSTOOD = Histogram("wegwijs_understanding_seconds", "A message through Rasa and actions.", ["result"], buckets=QUICK)

Look = Callable[[], Awaitable[None]]


def known(value: object, among: Collection[str]) -> str:
    """A label's value: one of these, whatever somebody sent us."""
    return value if isinstance(value, str) and value in among else OTHER


def since_entry(entry_id: str) -> float:
    """Seconds since an entry was written into its stream; its id begins with Redis' clock."""
    milliseconds = entry_id.partition("-")[0]
    return max(0.0, time() - int(milliseconds) / 1000) if milliseconds.isdigit() else 0.0


@contextmanager
def timed(histogram: Histogram, *labels: str) -> Iterator[list[str]]:
    """Time what runs within; the last label, the result, is what stands in the list at the end."""
    result = ["failed"]
    began = perf_counter()
    try:
        yield result
    finally:
        histogram.labels(*labels, result[0]).observe(perf_counter() - began)

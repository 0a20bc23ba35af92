"""Compose: turns content into replies, the same for an action and for a button.

Promise: an answer is the one for this person's region and status, with its source and date, or it asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from content.hours import Hours
from content.model import (
    FALLBACK_LANGUAGE,
    LANGUAGES,
    REGIONS,
    STATUSES,
    TOPICS,
    Content,
    Entry,
    Service,
    Text,
)
from content.phrases import Phrases, isolate, isolate_figures, say_clock, say_day, say_duration, say_weekday
from content.reply import REGION_CODES, STATUS_CODES, Button, Reply

AUTONYMS = {
    "nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English", "ar": "العربية", "fa": "فارسی / دری",
    "ps": "پښتو", "ti": "ትግርኛ", "so": "Soomaali", "tr": "Türkçe", "ku": "Kurmancî", "uk": "Українська",
    "ru": "Русский", "es": "Español",
}  # fmt: skip
CODE_OF_REGION = {region: code for code, region in REGION_CODES.items()}
CODE_OF_STATUS = {status: code for code, status in STATUS_CODES.items()}
SERVICES_SHOWN = 3
SOURCES_SHOWN = 3
SERVICES_ON_A_PAGE = 8
ENTRIES_ON_A_PAGE = 10


@dataclass(frozen=True)
class Asker:
    """What is known of the person who asks; None where it is not known.

    town: the municipality (NIS code) where help is looked for, `near` its region; a message may name another than home.
    """

    language: str = FALLBACK_LANGUAGE
    region: str | None = None
    status: str | None = None
    town: str | None = None
    near: str | None = None

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, object]) -> Asker:
        """The asker whom a message's metadata describes; what is not one of ours is read as unknown."""
        region = known(metadata.get("region"), REGIONS)
        return cls(
            known(metadata.get("language"), LANGUAGES) or FALLBACK_LANGUAGE,
            region,
            known(metadata.get("status"), STATUSES),
            town if isinstance(town := metadata.get("town"), str) and town else None,
            known(metadata.get("near"), REGIONS) or region,
        )


@dataclass(frozen=True)
class House:
    """The organisation that runs the assistant: its name, hours, promise, and how long it keeps what is said."""

    name: str
    hours: Hours
    promise: timedelta
    keep_conversation: timedelta
    keep_case: timedelta


class Composer:
    """Makes every reply that follows from content. Unknown ids raise KeyError."""

    def __init__(self, content: Content, phrases: Phrases, house: House) -> None:
        self.content = content
        self.phrases = phrases
        self.house = house

    def say(self, asker: Asker, key: str, /, **values: object) -> str:
        return self.phrases.say(asker.language, key, **values)

    def phrase(self, asker: Asker, key: str, /, outcome: str = "phrase", **values: object) -> Reply:
        """One fixed sentence with the way back to the menu."""
        return Reply(self.say(asker, key, **values), asker.language, outcome, (self.ways_on(asker),))

    # --- answers

    def answer(self, entry_id: str, asker: Asker) -> Reply:
        """The entry's answer for this person; an offer of a caseworker when nobody has written one."""
        entry = self.content.entries[entry_id]
        text = entry.text_for(asker.language)
        if text is None:
            return self.no_answer_yet(entry, asker)
        paragraphs = [
            self.language_note(text, asker),
            text.title,
            isolate_figures(text.language, text.answer),
            isolate_figures(text.language, text.by_region.get(asker.region or "", "")),
            isolate_figures(text.language, text.by_status.get(asker.status or "", "")),
            self.helpers(entry, asker),
            self.provenance(entry, text, asker),
        ]
        question, choices = self.missing_fact(entry, asker)
        return Reply(
            join([*paragraphs, question]),
            asker.language,
            "answer",
            (*choices, *self.under_answer(entry, text, asker, asking=bool(choices))),
            {"entry": entry.id, "misses": "0"},
        )

    def goes_wrong(self, entry_id: str, asker: Asker) -> Reply:
        """What to do when it goes wrong; the answer itself where the entry has no such text."""
        entry = self.content.entries[entry_id]
        text = entry.text_for(asker.language)
        if text is None or not text.goes_wrong:
            return self.answer(entry_id, asker)
        paragraphs = [
            self.language_note(text, asker),
            self.say(asker, "answer.goes_wrong_title", title=text.title),
            isolate_figures(text.language, text.goes_wrong),
            self.provenance(entry, text, asker),
        ]
        buttons = (
            (Button(self.say(asker, "button.answer"), f"entry:{entry.id}"),),
            (Button(self.say(asker, "button.human"), f"human:{entry.id}"),),
        )
        return Reply(join(paragraphs), asker.language, "answer", buttons, {"entry": entry.id, "misses": "0"})

    def no_answer_yet(self, entry: Entry, asker: Asker) -> Reply:
        title = self.title(entry.id, asker)
        buttons = ((Button(self.say(asker, "button.human"), f"human:{entry.id}"),), self.ways_on(asker))
        text = self.say(asker, "answer.none_yet", title=title)
        return Reply(text, asker.language, "answer", buttons, {"entry": entry.id, "misses": "0"})

    def title(self, entry_id: str, asker: Asker) -> str:
        """A button label for an entry, in the person's language where there is one."""
        texts = self.content.entries[entry_id].texts
        for code in (asker.language, FALLBACK_LANGUAGE):
            if code in texts and texts[code].title:
                return texts[code].title
        return entry_id.partition("/")[2].replace("_", " ")

    def language_note(self, text: Text, asker: Asker) -> str:
        if text.language == asker.language:
            return ""
        return self.say(asker, "answer.other_language", language=AUTONYMS[text.language])

    def provenance(self, entry: Entry, text: Text, asker: Asker) -> str:
        """Source, date, and an honest mark where a source or a reviewer is wanting."""
        lines = []
        if entry.sources and entry.verified_on:
            sites = self.content.sites.ordered(entry.sources)[:SOURCES_SHOWN]
            day = say_day(asker.language, entry.verified_on)
            lines.append(self.say(asker, "answer.source", sites=", ".join(sites), day=day))
        if entry.unverified:
            lines.append(self.say(asker, "answer.unverified"))
        if text.unreviewed:
            lines.append(self.say(asker, "answer.unreviewed"))
        return "\n".join(lines)

    def helpers(self, entry: Entry, asker: Asker) -> str:
        services = self.services_of(entry.services, asker)[:SERVICES_SHOWN]
        if not services:
            return ""
        named = [isolate(asker.language, with_contact(service)) for service in services]
        return self.phrases.say(asker.language, "answer.helpers") + " " + " · ".join(named)

    def services_of(self, ids: Iterable[str], asker: Asker) -> list[Service]:
        """The services among `ids` that serve the person's town and region, in the editors' order, those of the town first.

        All towns and regions when they are not known; those of some town then come last.
        """
        found = [self.content.services[one] for one in ids if one in self.content.services]
        return sorted((one for one in found if serves(one, asker)), key=lambda service: distance(service, asker))

    def missing_fact(self, entry: Entry, asker: Asker) -> tuple[str, tuple[tuple[Button, ...], ...]]:
        """The question for the region or the status where the rule depends on it and it is not known."""
        if entry.asks_region and not asker.region:
            return self.say(asker, "answer.ask_region"), self.region_buttons(asker, entry.id)
        if entry.asks_status and not asker.status:
            return self.say(asker, "answer.ask_status"), self.status_buttons(asker, entry.id)
        return "", ()

    def under_answer(self, entry: Entry, text: Text, asker: Asker, asking: bool) -> tuple[tuple[Button, ...], ...]:
        """What can follow; while the region or the status is asked for, only the ways that cannot wait."""
        wrong = (Button(self.say(asker, "button.goes_wrong"), f"wrong:{entry.id}"),)
        rated = (
            Button(self.say(asker, "button.helped"), f"helped:{entry.id}"),
            Button(self.say(asker, "button.missed"), f"missed:{entry.id}"),
        )
        related = [one for one in entry.related if one in self.content.entries][:2]
        rows: list[tuple[Button, ...]] = [wrong] if text.goes_wrong else []
        if not asking:
            rows += [rated, *[(Button(self.title(one, asker), f"entry:{one}"),) for one in related]]
        return (*rows, self.ways_on(asker))

    # --- choosing

    def clarify(self, ids: Sequence[str], asker: Asker) -> Reply:
        """The likeliest entries as buttons, and a way out."""
        rows = [(Button(self.title(one, asker), f"entry:{one}"),) for one in ids if one in self.content.entries]
        rows.append((Button(self.say(asker, "button.none_of_these"), "missed"),))
        return Reply(self.say(asker, "clarify.ask"), asker.language, "clarify", tuple(rows))

    def fallback(self, asker: Asker) -> Reply:
        """Not understood: the topics, and the offer of a person."""
        return Reply(self.say(asker, "fallback.menu"), asker.language, "fallback", self.menu_rows(asker))

    def menu(self, asker: Asker) -> Reply:
        return Reply(self.say(asker, "menu.ask"), asker.language, "menu", self.menu_rows(asker))

    def menu_rows(self, asker: Asker) -> tuple[tuple[Button, ...], ...]:
        topics = tuple((Button(self.say(asker, f"topic.{topic}"), f"topic:{topic}"),) for topic in TOPICS)
        last = (
            (Button(self.say(asker, "button.human"), "human"),),
            (Button(self.say(asker, "button.language"), "languages"), Button(self.say(asker, "button.region"), "regions")),
        )
        return (*topics, *last)

    def topic(self, topic: str, asker: Asker, page: int = 1) -> Reply:
        """The entries of a topic as buttons, ten on a page."""
        ids = [entry.id for entry in self.content.in_topic(topic)]
        shown = ids[(page - 1) * ENTRIES_ON_A_PAGE : page * ENTRIES_ON_A_PAGE]
        rows: list[tuple[Button, ...]] = [(Button(self.title(one, asker), f"entry:{one}"),) for one in shown]
        turns: list[Button] = []
        if page > 1:
            turns.append(Button(self.say(asker, "button.previous"), f"topic:{topic}:{page - 1}"))
        if page * ENTRIES_ON_A_PAGE < len(ids):
            turns.append(Button(self.say(asker, "button.more"), f"topic:{topic}:{page + 1}"))
        if turns:
            rows.append(tuple(turns))
        text = self.say(asker, "topic.choose", topic=self.say(asker, f"topic.{topic}"))
        return Reply(text, asker.language, "menu", (*rows, self.ways_on(asker)))

    def languages(self, asker: Asker) -> Reply:
        """All languages in their own script, two in a row."""
        buttons = [Button(AUTONYMS[code], f"language:{code}") for code in LANGUAGES]
        rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
        return Reply(self.say(asker, "language.ask"), asker.language, "menu", rows)

    def regions(self, asker: Asker) -> Reply:
        return Reply(self.say(asker, "answer.ask_region"), asker.language, "menu", self.region_buttons(asker))

    def statuses(self, asker: Asker) -> Reply:
        return Reply(self.say(asker, "answer.ask_status"), asker.language, "menu", self.status_buttons(asker))

    def region_buttons(self, asker: Asker, entry_id: str = "") -> tuple[tuple[Button, ...], ...]:
        buttons = [Button(self.say(asker, f"region.{one}"), press("region", CODE_OF_REGION[one], entry_id)) for one in REGIONS]
        return (tuple(buttons[:2]), tuple(buttons[2:]))

    def status_buttons(self, asker: Asker, entry_id: str = "") -> tuple[tuple[Button, ...], ...]:
        return tuple(
            (Button(self.say(asker, f"status.{one}"), press("status", CODE_OF_STATUS[one], entry_id)),) for one in STATUSES
        )

    def ways_on(self, asker: Asker) -> tuple[Button, ...]:
        return (Button(self.say(asker, "button.menu"), "menu"), Button(self.say(asker, "button.human"), "human"))

    # --- people

    def crisis(self, crisis_id: str, asker: Asker, entry_id: str | None = None, now: datetime | None = None) -> Reply:
        """Emergency contacts at once, and an honest word on when a person reads; the caller opens the urgent case."""
        text = self.content.crises[crisis_id].text_for(asker.language) if crisis_id in self.content.crises else None
        rows: list[tuple[Button, ...]] = []
        if entry_id in self.content.entries:
            rows.append((Button(self.title(str(entry_id), asker), f"entry:{entry_id}"),))
        is_open = self.house.hours.is_open(now or datetime.now(timezone.utc))
        told = self.say(asker, "crisis.person_told" if is_open else "crisis.person_told_closed")
        contacts = isolate_figures(text.language, text.answer) if text else self.say(asker, "crisis.any")
        paragraphs = [contacts, told]
        return Reply(join(paragraphs), asker.language, "crisis", tuple(rows), {"misses": "0"})

    def consent(self, asker: Asker, before: str = "") -> Reply:
        """Before anything is stored for a case: who reads it, what, for how long; go on or not. `before` is said first."""
        keeps = say_duration(asker.language, self.house.keep_case)
        question = self.say(asker, "handoff.ask", organisation=self.house.name, case=keeps)
        buttons = ((Button(self.say(asker, "button.send"), "send:yes"), Button(self.say(asker, "button.no"), "send:no")),)
        return Reply(join([before, question]), asker.language, "handoff", buttons, {"misses": "0", "asked": "1"})

    def handoff(self, asker: Asker, alias: str, now: datetime | None = None) -> Reply:
        """A case is open: its name, when somebody will answer, how to cancel."""
        paragraphs = [
            self.say(asker, "handoff.opened", alias=alias),
            self.when(asker, now or datetime.now(timezone.utc)),
            self.say(asker, "handoff.consent"),
        ]
        buttons = ((Button(self.say(asker, "button.cancel_case"), "cancel"),), self.ways_on(asker))
        return Reply(join(paragraphs), asker.language, "handoff", buttons, {"misses": "0"})

    def when(self, asker: Asker, now: datetime) -> str:
        """An honest sentence on when somebody answers."""
        if self.house.hours.is_open(now):
            return self.say(asker, "handoff.open_now", duration=say_duration(asker.language, self.house.promise))
        opening = self.house.hours.next_opening(now)
        if opening is None:
            return self.say(asker, "handoff.closed_long")
        day, clock = say_weekday(asker.language, opening), say_clock(asker.language, opening)
        return self.say(asker, "handoff.closed", day=day, clock=clock)

    def privacy(self, asker: Asker) -> Reply:
        text = self.say(
            asker,
            "privacy.text",
            organisation=self.house.name,
            conversation=say_duration(asker.language, self.house.keep_conversation),
            case=say_duration(asker.language, self.house.keep_case),
        )
        buttons = ((Button(self.say(asker, "button.delete"), "delete:ask"),), self.ways_on(asker))
        return Reply(text, asker.language, "dialogue", buttons)

    def delete(self, asker: Asker) -> Reply:
        """Asks once before everything of the person is deleted."""
        buttons = (
            (Button(self.say(asker, "button.delete_yes"), "delete:yes"), Button(self.say(asker, "button.no"), "delete:no")),
        )
        return Reply(self.say(asker, "delete.ask"), asker.language, "dialogue", buttons)

    def dialogue(self, intent: str, asker: Asker) -> Reply:
        """A greeting, thanks and the like; a greeting comes with the menu."""
        rows = self.menu_rows(asker) if intent in ("greet", "help") else (self.ways_on(asker),)
        return Reply(self.say(asker, f"dialogue.{intent}"), asker.language, "dialogue", rows)

    def services(self, asker: Asker, about: str = "", page: int = 1) -> Reply:
        """Who helps: with an entry, with a topic, or first the question with which topic."""
        if not about:
            rows = [(Button(self.say(asker, f"topic.{one}"), f"services:{one}"),) for one in TOPICS]
            return Reply(self.say(asker, "menu.ask"), asker.language, "menu", (*rows, self.ways_on(asker)))
        ids = self.content.entries[about].services if about in self.content.entries else self.services_for(about)
        services, page = self.services_of(ids, asker), max(1, page)
        shown = services[(page - 1) * SERVICES_ON_A_PAGE : page * SERVICES_ON_A_PAGE]
        blocks = [isolate(asker.language, with_contact(one)) + "\n" + in_language(one.does, asker.language) for one in shown]
        rows = []
        if len(services) > page * SERVICES_ON_A_PAGE:
            rows.append((Button(self.say(asker, "button.more"), f"services:{about}:{page + 1}"),))
        if not (asker.near or asker.region):
            rows.append((Button(self.say(asker, "command.region"), "regions"),))
        head = "services.list" if blocks else "services.none"
        return Reply(join([self.say(asker, head), *blocks]), asker.language, "answer", (*rows, self.ways_on(asker)))

    def services_for(self, topic: str) -> list[str]:
        """Ids of the services for a topic or one of its entries, those of regions before those of all Belgium."""
        helps = [one for one in self.content.services.values() if any(about.partition("/")[0] == topic for about in one.topics)]
        return [one.id for one in sorted(helps, key=lambda service: not service.regions)]


def press(verb: str, *arguments: str) -> str:
    return ":".join([verb, *(argument for argument in arguments if argument)])


def join(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def known(value: object, ours: Sequence[str]) -> str | None:
    return value if isinstance(value, str) and value in ours else None


def serves(service: Service, asker: Asker) -> bool:
    region = asker.near or asker.region
    if asker.town and service.municipalities and asker.town not in service.municipalities:
        return False
    return not region or not service.regions or region in service.regions


def distance(service: Service, asker: Asker) -> int:
    """0 for a service of the person's own town, 1 for the region or all of Belgium, 2 for some other town."""
    if not service.municipalities:
        return 1
    return 0 if asker.town in service.municipalities else 2


def with_contact(service: Service) -> str:
    """Name, and the shortest way to reach it: telephone, else website."""
    way = service.contact.get("telephone") or service.contact.get("website") or ""
    return f"{service.name} ({way})" if way else service.name


def in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(FALLBACK_LANGUAGE, "")

"""The shapes of content: an entry, its text in one language, an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

LANGUAGES = ("nl", "fr", "de", "en", "ar", "fa", "ps", "ti", "so", "tr", "ku", "uk", "ru", "es")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps"})
TOPICS = ("civic_integration", "housing", "family_reunification", "jobs", "first_steps")
REGIONS = ("flanders", "brussels", "wallonia", "german_community")
STATUSES = ("applicant", "refugee", "subsidiary_protection", "temporary_protection", "no_papers", "other")
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class Source:
    """Where a rule stands: a page, the day it was read, the date the page itself shows."""

    title: str
    url: str
    read_on: date
    as_of: date | None = None


@dataclass(frozen=True)
class Sites:
    """How sources are named to people (sites.yml): official ones first, copies by the name of what they copy."""

    official: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, url: str) -> str:
        """`agii.be` of an address on www.agii.be, or the name that stands for it here."""
        address = urlsplit(url)
        host = address.netloc.removeprefix("www.").rstrip(".")
        begins = [known for known in self.names if f"{host}{address.path}/".startswith(f"{known}/")]
        return self.names.get(max(begins, key=len, default=""), "") or host

    def ordered(self, sources: Iterable[Source]) -> list[str]:
        """The names, each once, official ones first, else in the order of the sources."""
        names = dict.fromkeys(self.name(source.url) for source in sources)
        return sorted(names, key=lambda name: not f".{name}".endswith(tuple(f".{one}" for one in self.official)))


@dataclass(frozen=True)
class Translation:
    """Which source text this was made from (a hash), by whom or what, and the speaker who reviewed it."""

    of: str
    by: str
    reviewed_by: str = ""


@dataclass(frozen=True)
class Text:
    """One language of an entry. Paragraphs of a region or a status are added to the answer."""

    language: str
    title: str = ""
    answer: str = ""
    by_region: Mapping[str, str] = field(default_factory=dict)
    by_status: Mapping[str, str] = field(default_factory=dict)
    goes_wrong: str = ""
    questions: tuple[str, ...] = ()
    translation: Translation | None = None

    @property
    def unreviewed(self) -> bool:
        """True for a translation that no speaker of its language has reviewed."""
        return self.translation is not None and not self.translation.reviewed_by


@dataclass(frozen=True)
class Entry:
    """A question with its answer, a crisis or a dialogue intent: `housing/lease`, `crisis/suicide`, `thanks`."""

    id: str
    source_language: str = FALLBACK_LANGUAGE
    verified_on: date | None = None
    review_by: date | None = None
    sources: tuple[Source, ...] = ()
    unverified: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    texts: Mapping[str, Text] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]

    @property
    def source_text(self) -> Text | None:
        return self.texts.get(self.source_language)

    @property
    def asks_region(self) -> bool:
        """True when the rule differs by region."""
        return self.source_text is not None and bool(self.source_text.by_region)

    @property
    def asks_status(self) -> bool:
        """True when the rule differs by residence status."""
        return self.source_text is not None and bool(self.source_text.by_status)

    def text_for(self, language: str) -> Text | None:
        """The text with an answer in this language, else in the source language, else None."""
        for code in (language, self.source_language):
            if (text := self.texts.get(code)) and text.answer:
                return text
        return None


@dataclass(frozen=True)
class Service:
    """An organisation a person can be sent to."""

    id: str
    name: str
    does: Mapping[str, str]
    whom: Mapping[str, str]
    formerly: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    hours: str = ""
    source: Source | None = None
    checked: bool = False


@dataclass(frozen=True)
class Problem:
    """Something an editor must mend: where, what, how. An error keeps the text from people; a warning does not."""

    file: str
    place: str
    what: str
    mend: str = ""
    error: bool = True

    def __str__(self) -> str:
        place = f" [{self.place}]" if self.place else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{self.file}:{place} {self.what}{mend}"


@dataclass(frozen=True)
class Content:
    """All that was read, and every problem met on the way. What could be read is there, whatever else is broken."""

    entries: Mapping[str, Entry]
    crises: Mapping[str, Entry]
    dialogue: Mapping[str, Entry]
    near_misses: Mapping[str, tuple[str, ...]]
    services: Mapping[str, Service]
    sites: Sites = Sites()
    problems: tuple[Problem, ...] = ()

    def in_topic(self, topic: str) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.topic == topic]

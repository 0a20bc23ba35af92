"""Speech: how the desk says things in the caseworker's language - phrases, times, sizes, names of languages and entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from content.compose import Asker, Composer
from content.model import RIGHT_TO_LEFT
from content.phrases import Phrases

INTERFACE = ("nl", "fr", "de", "en")
BABEL_NAMES = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_BE", "de": "de"}


class Speech:
    """Bound to one language of the interface."""

    def __init__(self, phrases: Phrases, language: str, zone: ZoneInfo, composer: Composer | None = None) -> None:
        self.phrases = phrases
        self.language = language
        self.zone = zone
        self.composer = composer
        self.locale = Locale.parse(BABEL_NAMES[language])

    def say(self, key: str, /, **values: object) -> str:
        return self.phrases.say(self.language, key, **values)

    def knows(self, key: str) -> bool:
        return key in self.phrases.catalogs["en"]

    # --- time

    def clock(self, at: datetime) -> str:
        """The hour today, else day and hour."""
        local = at.astimezone(self.zone)
        if local.date() == datetime.now(self.zone).date():
            return format_time(local, "short", locale=self.locale)
        return f"{format_skeleton('MMMd', local, locale=self.locale)} {format_time(local, 'short', locale=self.locale)}"

    def moment(self, at: datetime) -> str:
        return format_datetime(at.astimezone(self.zone), "medium", locale=self.locale)

    def since(self, at: datetime) -> str:
        return self.duration(datetime.now(timezone.utc) - at)

    def duration(self, length: timedelta) -> str:
        length = max(length, timedelta(minutes=1))
        return format_timedelta(length, granularity="minute", threshold=1.5, format="short", locale=self.locale)

    # --- names and numbers

    def language_name(self, code: str) -> str:
        return str(self.locale.languages.get(code, code))

    def direction(self, code: str) -> str:
        return "rtl" if code in RIGHT_TO_LEFT else "ltr"

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self.locale)

    def size(self, size: int) -> str:
        unit, value = ("megabyte", size / 1e6) if size >= 1e6 else ("kilobyte", max(size / 1e3, 1))
        return format_unit(round(value, 1 if value < 10 else 0), f"digital-{unit}", "short", locale=self.locale)

    def title(self, entry_id: str) -> str:
        """The entry's title in this language; its id when it is gone."""
        if self.composer is None or entry_id not in self.composer.content.entries:
            return entry_id
        return self.composer.title(entry_id, Asker(self.language))

    def crisis(self, crisis_id: str) -> str:
        crises = self.composer.content.crises if self.composer else {}
        for name in (crisis_id, f"crisis/{crisis_id}"):
            if name in crises and (text := crises[name].text_for(self.language)) and text.title:
                return text.title
        return self.say("crisis.any")

    def understood(self, about: Mapping[str, str]) -> str:
        """The entry the bot thought of, if any: `title 81 %`."""
        entry = about.get("entry") or about.get("id") or ""
        if not entry:
            return ""
        return f"{self.title(entry)} {self.percent(confidence(about))}" if about.get("confidence") else self.title(entry)

    def runner_ups(self, about: Mapping[str, str]) -> str:
        return " · ".join(self.title(one) for one in about.get("runner_ups", "").split(",") if one)


def confidence(about: Mapping[str, str]) -> float:
    try:
        return float(about.get("confidence", ""))
    except ValueError:
        return 0.0

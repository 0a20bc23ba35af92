"""Opens content once, at the edge of a process: composer and phrases out of the settings."""

from __future__ import annotations

from datetime import timedelta

from content.compose import Composer, House
from content.hours import parse_hours
from content.load import load_content
from content.phrases import load_phrases
from settings import Settings


def open_composer(settings: Settings) -> Composer:
    """The composer of these settings. Raises HoursError for opening hours that do not parse."""
    house = House(
        name=settings.organisation,
        hours=parse_hours(settings.opening_hours, settings.holidays, settings.timezone),
        promise=timedelta(minutes=settings.answer_promise_minutes),
        keep_conversation=timedelta(hours=settings.keep_conversation_hours),
        keep_case=timedelta(days=settings.keep_case_days),
    )
    content = load_content(settings.content_dir, settings.cache_dir)
    return Composer(content, load_phrases(settings.content_dir, "bot"), house)

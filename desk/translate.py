"""Translation of free text, when the operator runs an engine that speaks LibreTranslate's HTTP API.

Promise: the original is always kept beside it, and nothing is sent anywhere unless WEGWIJS_TRANSLATE_URL is set.
"""

from __future__ import annotations

import logging

import httpx

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 8.0
# What the engine calls it, where that differs from our code.
ENGINE_CODES: dict[str, str] = {}


class TranslateError(Exception):
    """The engine does not answer, or does not know the language."""


class Translator:
    """One engine; asked once, never retried: the caseworker sees that it failed and decides."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    async def translate(self, words: str, source: str, target: str) -> str:
        """Raises TranslateError."""
        asked = {"q": words, "source": code(source), "target": code(target), "format": "text"}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as engine:
                answer = await engine.post(f"{self.address}/translate", json=asked)
            answer.raise_for_status()
            translated = answer.json()["translatedText"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            logger.warning("no translation from %s to %s: %s", source, target, type(error).__name__)
            raise TranslateError(f"{source} to {target}") from error
        if not isinstance(translated, str) or not translated.strip():
            raise TranslateError(f"{source} to {target}")
        return translated


def code(language: str) -> str:
    return ENGINE_CODES.get(language, language or "auto")

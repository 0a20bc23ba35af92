"""Translation: against a stand-in engine over real HTTP; the original is kept and both sides are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from content.compose import Asker
from content.open import open_composer
from desk.app import create_app
from desk.cases import Cases
from desk.translate import TranslateError, Translator
from settings import Settings
from store import Redis
from tests.conftest import free_port
from tests.desk.test_pages import PERSON, accounts, sign_in, token
from vault import Vault

__all__ = ["accounts"]


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[str]:
    """Speaks LibreTranslate's /translate: turns the words round; knows no Tigrinya."""

    async def translate(request: Request) -> JSONResponse:
        asked = await request.json()
        if "ti" in (asked["source"], asked["target"]):
            return JSONResponse({"error": "ti is not supported"}, 400)
        return JSONResponse({"translatedText": f"[{asked['source']}>{asked['target']}] {asked['q'][::-1]}"})

    port = free_port()
    app = Starlette(routes=[Route("/translate", translate, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, ws="none", log_level="error"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def test_words_are_translated(engine: str) -> None:
    assert await Translator(engine + "/").translate("abc", "en", "ar") == "[en>ar] cba"


async def test_a_silent_or_refusing_engine_is_an_error_the_caseworker_sees(engine: str) -> None:
    for address, target in ((engine, "ti"), ("http://127.0.0.1:1", "ar"), (engine + "/nothing", "ar")):
        with pytest.raises(TranslateError):
            await Translator(address).translate("abc", "en", target)


@pytest.mark.usefixtures("accounts")
async def test_a_reply_is_seen_in_both_languages_before_it_is_sent_and_keeps_its_original(
    engine: str, settings: Settings, redis: Redis, vault: Vault, cases: Cases
) -> None:
    composer = open_composer(settings)
    app = create_app(replace(settings, translate_url=engine), redis, vault, composer)
    case = await cases.open(PERSON, "ar", "asked")
    line = await cases.add(case.id, "person", "xyz", language="ar")
    await cases.claim(case.id, "amal", "Amal")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        await sign_in(browser)
        csrf = token(await browser.get(f"/cases/{case.id}"))
        read = await browser.get(f"/cases/{case.id}/lines/{line.id}/translation")
        assert "[ar&gt;en] zyx" in read.text
        seen = await browser.post(f"/cases/{case.id}/translation/preview", data={"csrf": csrf, "words": "abc"})
        assert "[en&gt;ar] cba" in seen.text and "[ar&gt;en] abc ]ra&gt;ne[" in seen.text
        assert len(await cases.thread(case.id)) == 1
        fields = {"csrf": csrf, "once": "t1", "translated": "[en>ar] cba", "original": "abc"}
        empty = await browser.post(f"/cases/{case.id}/translation", data={**fields, "translated": " "})
        assert empty.status_code == 400 and "abc" in empty.text
        for _ in range(2):
            await browser.post(f"/cases/{case.id}/translation", data=fields)
        page = await browser.get(f"/cases/{case.id}")
    _, sent = await cases.thread(case.id)
    told = composer.say(Asker("ar"), "answer.unreviewed")
    assert (sent.words, sent.language, sent.about["meaning"]) == (f"[en>ar] cba\n\n{told}", "ar", "abc")
    assert "Translated by machine from:" in page.text


@pytest.mark.usefixtures("accounts")
async def test_without_an_engine_there_is_nothing_to_translate_with(
    settings: Settings, redis: Redis, vault: Vault, cases: Cases
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    app = create_app(settings, redis, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        await sign_in(browser)
        page = await browser.get(f"/cases/{case.id}")
        assert "Translate" not in page.text and "without translation" in page.text
        fields = {"csrf": token(page), "words": "abc"}
        assert (await browser.post(f"/cases/{case.id}/translation/preview", data=fields)).status_code == 404

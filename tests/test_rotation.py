"""A key is changed while everything stays readable, and the old one opens nothing afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from bot.people import People, Person, Said
from bot.streams import INBOX, SET_ASIDE, Streams, key
from desk.accounts import Account, Accounts
from desk.cases import Cases
from desk.drafts import Drafts
from rotation import Walk, keys
from settings import Settings
from store import Redis, local_url
from vault import Vault, VaultError, open_vault

OLD = Fernet.generate_key().decode()


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings whose key lies in a file."""
    (tmp_path / "key").write_text(OLD + "\n")
    return replace(settings, redis_url=settings.redis_url or local_url(settings), data_dir=tmp_path, key="")


@pytest_asyncio.fixture
async def case_id(redis: Redis) -> str:
    """One of everything that is sealed."""
    vault = Vault(OLD)
    cases = Cases(redis, vault)
    case = await cases.open("p1", "ar", "asked")
    media = await cases.store_media("p1", b"OggS", "voice", "voice", "audio/ogg")
    await cases.add(case.id, "person", "first words", media=media, key="1")
    await cases.set_tags(case.id, ("night",))
    assert await cases.claim(case.id, "amal", "Amal")
    for event in await cases.read_events(block_ms=1) or await cases.read_events(block_ms=1):
        await cases.done(event)
    await cases.add(case.id, "note", "last words")
    await People(redis, vault, 24, 30).save(Person("p1", chat=5, talk=(Said("person", "earlier", "0"),)))
    await Drafts(redis, vault).add("question", "answer", "ar", "", "amal")
    await Accounts(redis).create(Account("amal", "Amal", totp=vault.seal("SECRET").decode()))
    await redis.xadd(key(0, SET_ASIDE), {"person": "p1", "body": vault.seal("poison")})
    return case.id


async def run(kept: Settings, monkeypatch: pytest.MonkeyPatch, command: str) -> Result:
    for name, value in kept.environment().items():
        monkeypatch.setenv(name, value)
    result = await asyncio.to_thread(CliRunner().invoke, keys, [command])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def test_everything_is_sealed_anew_and_the_old_key_dropped(
    kept: Settings, redis: Redis, case_id: str, monkeypatch: pytest.MonkeyPatch
):
    name = Vault(OLD).pseudonym(5)
    before = [line.id for line in await Cases(redis, Vault(OLD)).thread(case_id)]
    await run(kept, monkeypatch, "add")
    assert open_vault(kept).keys[0] == OLD
    await run(kept, monkeypatch, "promote")
    with pytest.raises(VaultError, match="older keys still seal"):
        await run(kept, monkeypatch, "drop")
    assert "0 still with an older key" in (await run(kept, monkeypatch, "reseal")).output
    await run(kept, monkeypatch, "drop")
    assert (kept.data_dir / "key").stat().st_mode & 0o777 == 0o600
    vault = open_vault(kept)
    assert len(vault.keys) == 1 and OLD not in (kept.data_dir / "key").read_text()
    assert vault.pseudonym(5) == name
    await all_is_there(redis, vault, case_id, before)
    assert set(await Walk(redis, Vault(OLD)).count()) == {-1}


async def all_is_there(redis: Redis, vault: Vault, case_id: str, ids: list[str]) -> None:
    cases = Cases(redis, vault)
    lines = await cases.thread(case_id)
    assert [line.id for line in lines] == ids
    assert [line.words for line in lines] == ["first words", "last words"]
    assert lines[0].media and (await cases.media(lines[0].media.id))[1] == b"OggS"
    assert (await cases.get(case_id)).tags == ("night",)
    assert 0 < await redis.ttl(f"ww:{{bot}}:thread:{case_id}") <= 30 * 86400
    await cases.add(case_id, "person", "one more", key="2")
    assert [line.words for line in await cases.thread(case_id)][-1] == "one more"
    person = await People(redis, vault, 24, 30).get("p1")
    assert person.chat == 5 and person.talk[0].words == "earlier"
    assert (await Drafts(redis, vault).all())[0].answer == "answer"
    account = await Accounts(redis).find("amal")
    assert account and vault.open(account.totp) == "SECRET"
    [(_, fields)] = await redis.xrange(key(0, SET_ASIDE))
    assert vault.open(fields[b"body"]) == "poison"


async def test_a_message_that_waits_keeps_its_group_and_its_old_key_until_it_is_handled(redis: Redis):
    new = Fernet.generate_key().decode()
    streams = Streams(redis, Vault(OLD), 1)
    await streams.read(0, INBOX, 1, 1)
    await streams.store([("p1", 1, b"{}")])
    walk = Walk(redis, Vault(f"{new},{OLD}"))
    await walk.reseal()
    assert await walk.count() == {1: 1}
    [entry] = await streams.read(0, INBOX, 1, 1)
    assert walk.vault.open(entry.body) == "{}"


async def test_words_that_no_key_opens_are_shown_and_left_alone(redis: Redis, kept: Settings, monkeypatch: pytest.MonkeyPatch):
    await redis.set("ww:{stray}", Fernet(Fernet.generate_key()).encrypt(b"words"))
    before = await redis.get("ww:{stray}")
    assert "1 values that no key here opens" in (await run(kept, monkeypatch, "show")).output
    await run(kept, monkeypatch, "reseal")
    assert await redis.get("ww:{stray}") == before


async def test_a_key_of_the_environment_is_printed_and_not_written(
    kept: Settings, redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    printed = (await run(replace(kept, key=OLD), monkeypatch, "add")).output
    [value] = [line.removeprefix("WEGWIJS_KEY=") for line in printed.splitlines() if line.startswith("WEGWIJS_KEY=")]
    assert Vault(value).keys[0] == OLD and len(Vault(value).keys) == 2
    assert Vault(value).pseudonym(5) == Vault(OLD).pseudonym(5)
    assert (kept.data_dir / "key").read_text() == OLD + "\n"


def test_the_part_that_names_people_opens_nothing():
    old = Vault(OLD)
    with pytest.raises(VaultError, match="no key"):
        Vault(old.names())
    new = Vault(f"{Fernet.generate_key().decode()},{old.names()}")
    assert new.pseudonym(1) == old.pseudonym(1)
    with pytest.raises(VaultError):
        new.open(old.seal("words"))

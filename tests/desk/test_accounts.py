"""Accounts and the command that keeps them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from desk.accounts import Account, AccountError, Accounts, ensure_demo_user
from settings import Settings
from store import Redis

QUICK = PasswordHasher(1, 1024, 1)
PASSWORD = "correct horse battery"


def wegwijs(settings: Settings, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings.environment()}
    command = [sys.executable, "-m", "wegwijs", "desk", *arguments]
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False)


async def test_only_the_right_password_opens_an_account(redis: Redis) -> None:
    accounts = Accounts(redis, QUICK)
    await accounts.add(Account("amal", "Amal"), PASSWORD)
    assert await accounts.verify("amal", PASSWORD)
    assert not await accounts.verify("amal", PASSWORD + "x")
    assert not await accounts.verify("nobody", PASSWORD)
    assert PASSWORD.encode() not in (await redis.hget("ww:{accounts}", "amal") or b"")


@pytest.mark.parametrize(
    ("account", "password", "key"),
    [
        (Account("Amal B", "Amal"), PASSWORD, "account.name"),
        (Account("amal", "Amal", ("chief",)), PASSWORD, "account.roles"),
        (Account("amal", "Amal"), "short", "account.password_short"),
        (Account("taken", "Taken"), PASSWORD, "account.taken"),
    ],
)
async def test_a_wrong_account_is_refused_with_its_reason(redis: Redis, account: Account, password: str, key: str) -> None:
    accounts = Accounts(redis, QUICK)
    await accounts.add(Account("taken", "Taken"), PASSWORD)
    with pytest.raises(AccountError) as refused:
        await accounts.add(account, password)
    assert refused.value.key == key


async def test_the_demo_caseworker_keeps_one_password_in_a_file_of_ones_own(redis: Redis, tmp_path: Path) -> None:
    accounts = Accounts(redis, QUICK)
    first = await ensure_demo_user(accounts, tmp_path)
    assert await ensure_demo_user(accounts, tmp_path) == first
    await redis.flushall()
    assert await ensure_demo_user(accounts, tmp_path) == first
    assert await accounts.verify(*first)
    assert (tmp_path / "demo-caseworker").stat().st_mode & 0o077 == 0


async def test_accounts_are_kept_by_command(settings: Settings, redis: Redis) -> None:
    added = wegwijs(settings, "add-user", "amal", "--language", "ar", "--language", "fr", "--password-stdin", given=PASSWORD)
    assert added.returncode == 0, added.stderr
    assert await Accounts(redis).verify("amal", PASSWORD)
    again = wegwijs(settings, "add-user", "amal", "--password-stdin", given=PASSWORD)
    assert again.returncode == 1 and "there is an account 'amal' already" in again.stderr
    assert wegwijs(settings, "list-users").stdout == "amal\tcaseworker\tar,fr\n"
    assert wegwijs(settings, "remove-user", "amal").returncode == 0
    gone = wegwijs(settings, "remove-user", "amal")
    assert gone.returncode == 1 and "list-users" in gone.stderr


async def test_without_redis_the_command_says_so_in_one_line(settings: Settings) -> None:
    environment = {**os.environ, **settings.environment(), "REDIS_URL": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "-m", "wegwijs", "desk", "list-users"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 2 and said.stderr.startswith("wegwijs: Redis at 127.0.0.1:1") and said.stderr.count("\n") == 1

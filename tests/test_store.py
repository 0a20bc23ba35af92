"""Redis is reached, or the operator is told in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settings import Settings
from store import Redis, StoreError, check_reachable, connect, server_command


async def test_the_project_s_own_redis_answers_and_keeps_an_append_only_file(redis: Redis):
    await check_reachable(redis)
    assert (await redis.config_get("appendonly"))["appendonly"] == "yes"
    assert (await redis.config_get("appendfsync"))["appendfsync"] == "always"
    assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"


async def test_a_redis_that_is_not_there_is_one_clear_line(settings: Settings):
    nobody = connect(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    with pytest.raises(StoreError, match="Redis at 127.0.0.1:1 does not answer; start it with `wegwijs redis`"):
        await check_reachable(nobody, patience_seconds=0)


def test_data_of_another_server_version_is_refused(settings: Settings, tmp_path):
    settings = replace(settings, data_dir=tmp_path)
    server_command(settings)
    (tmp_path / "redis" / "server").write_text("Redis 99\n")
    with pytest.raises(StoreError, match="was written by Redis 99"):
        server_command(settings)


def test_the_password_is_in_a_file_for_the_owner_only(settings: Settings, tmp_path):
    command = server_command(replace(settings, data_dir=tmp_path))
    assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600
    assert "requirepass" not in " ".join(command)

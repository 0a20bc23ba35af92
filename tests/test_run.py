"""`wegwijs run` says in one line what is missing before anything starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from run import check_ports, plan, write_config
from settings import Settings, SettingsError


def wegwijs(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wegwijs", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(data_dir=tmp_path, desk_port=taken.getsockname()[1], redis_url="redis://127.0.0.1:1")
        with pytest.raises(SettingsError, match="is taken; free it or set WEGWIJS_DESK_PORT"):
            check_ports([process for process in plan(settings) if process.name == "desk"])


def test_an_unknown_setting_is_one_line_and_exit_2():
    result = wegwijs("redis", WEGWIJS_DESKPORT="1")
    assert result.returncode == 2
    assert result.stderr.strip() == "wegwijs: WEGWIJS_DESKPORT is not a setting; .env.example lists them all"


def test_opening_hours_that_do_not_parse_are_one_line(tmp_path: Path):
    result = wegwijs("actions", WEGWIJS_OPENING_HOURS="always", WEGWIJS_DATA_DIR=str(tmp_path))
    assert result.returncode == 2
    assert result.stderr.strip() == "wegwijs: opening hours 'always': write them as `Mon-Fri 09:00-17:00`"


def test_a_missing_model_is_one_line_that_says_what_to_run(tmp_path: Path):
    result = wegwijs("parse", WEGWIJS_MODELS_DIR=str(tmp_path))
    assert result.returncode != 0
    assert "wegwijs train" in result.stderr and "Traceback" not in result.stderr


def test_the_help_names_every_command():
    result = wegwijs("--help")
    assert all(name in result.stdout for name in ("run", "train", "parse", "evaluate", "content", "desk", "bot", "sandbox"))


def test_redis_and_sandbox_are_started_only_when_they_are_wanted(tmp_path: Path):
    alone = Settings(data_dir=tmp_path)
    assert [process.name for process in plan(alone)] == ["redis", "actions", "rasa", "sandbox", "desk", "bot"]
    elsewhere = replace(alone, telegram_token="1:a", redis_url="redis://redis")
    assert [process.name for process in plan(elsewhere)] == ["actions", "rasa", "desk", "bot"]


def test_the_supervisor_restarts_every_process(tmp_path: Path):
    config = write_config(Settings(data_dir=tmp_path), plan(Settings(data_dir=tmp_path))).read_text()
    assert config.count("autorestart=true") == 6

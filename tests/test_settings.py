"""Settings are read, refused and documented."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from settings import Settings, SettingsError, read_env_file, variable_name


def test_settings_come_from_the_environment():
    settings = Settings.from_environment({"WEGWIJS_DESK_PORT": "9000", "WEGWIJS_SECURE_COOKIES": "1", "TELEGRAM_TOKEN": "1:a"})
    assert (settings.desk_port, settings.secure_cookies, settings.token) == (9000, True, "1:a")


def test_without_a_token_the_sandbox_stands_in():
    settings = Settings.from_environment({})
    assert settings.in_sandbox
    assert settings.telegram_base_url == "http://127.0.0.1:8081"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"WEGWIJS_DESKPORT": "1"}, "WEGWIJS_DESKPORT is not a setting"),
        ({"WEGWIJS_DESK_PORT": "eight"}, "WEGWIJS_DESK_PORT='eight' is not a int"),
        ({"WEGWIJS_SECURE_COOKIES": "perhaps"}, "is not a bool"),
        ({"TELEGRAM_TOKEN": "abc"}, "does not look like a bot token"),
        ({"WEGWIJS_WEBHOOK_URL": "http://a.be"}, "must begin with https://"),
        ({"WEGWIJS_LEASE_SECONDS": "0"}, "must be at least 1"),
        ({"WEGWIJS_LOG_FORMAT": "xml"}, "is not one of json, text"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(environment: dict[str, str], says: str):
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment(environment)


def test_the_example_file_documents_every_setting_with_its_default():
    example = read_env_file(Path(".env.example"))
    assert set(example) == {variable_name(one.name) for one in fields(Settings)}
    assert Settings.from_environment(example) == Settings()


def test_settings_travel_to_a_child_process():
    settings = Settings(desk_port=9001, secure_cookies=True)
    assert Settings.from_environment(settings.environment()) == settings

"""Settings: everything an operator can set, read once from the environment.

Promise: a wrong or unknown setting is one clear line that says what to do, never a traceback.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

PREFIX = "WEGWIJS_"
LOG_FORMATS = ("json", "text")
# Telegram delivers over https only; the second is the sandbox on this machine.
WEBHOOKS = ("https://", "http://127.0.0.1:")
PLAIN_NAMES = {"telegram_token": "TELEGRAM_TOKEN", "redis_url": "REDIS_URL"}


class SettingsError(Exception):
    """A setting is unknown, missing or of the wrong kind."""


@dataclass(frozen=True)
class Settings:
    """All settings; each is read from the variable WEGWIJS_<NAME> (TELEGRAM_TOKEN and REDIS_URL keep their usual names)."""

    telegram_token: str = ""
    telegram_api: str = "https://api.telegram.org"
    webhook_url: str = ""
    webhook_port: int = 8443
    staff_chat: str = ""
    redis_url: str = ""
    data_dir: Path = Path(".data")
    models_dir: Path = Path("models")
    content_dir: Path = Path("content")
    cache_dir: Path = Path(".cache")
    key: str = ""
    redis_port: int = 6390
    rasa_port: int = 5005
    actions_port: int = 5055
    desk_host: str = "127.0.0.1"
    desk_port: int = 8000
    desk_url: str = ""
    sandbox_port: int = 8081
    rasa_url: str = ""
    actions_url: str = ""
    rasa_timeout_seconds: float = 3.0
    organisation: str = "Wegwijs"
    opening_hours: str = "Mon-Fri 09:00-17:00"
    holidays: str = ""
    answer_promise_minutes: int = 60
    timezone: str = "Europe/Brussels"
    lease_seconds: int = 600
    keep_conversation_hours: int = 24
    keep_case_days: int = 30
    secure_cookies: bool = False
    translate_url: str = ""
    inbox_partitions: int = 8
    sends_per_second: float = 30.0
    sends_per_second_per_chat: float = 1.0
    health_host: str = "127.0.0.1"
    bot_health_port: int = 9101
    desk_health_port: int = 9102
    log_level: str = "INFO"
    log_format: str = "json"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the process environment over the `.env` file of the working folder.

        Raises SettingsError for a variable that begins with WEGWIJS_ and is not known, or a value of the wrong kind.
        """
        if environment is None:
            environment = {**read_env_file(Path(".env")), **os.environ}
        reject_unknown(environment)
        kinds = get_type_hints(cls)
        values: dict[str, Any] = {}
        for one in fields(cls):
            variable = variable_name(one.name)
            if environment.get(variable, "") != "":
                values[one.name] = parse(variable, environment[variable], kinds[one.name])
        settings = cls(**values)
        check(settings)
        return settings

    @property
    def in_sandbox(self) -> bool:
        """True when no Telegram token is set: the bot then talks to the sandbox on this machine."""
        return not self.telegram_token

    @property
    def token(self) -> str:
        return self.telegram_token or "1:sandbox"

    @property
    def telegram_base_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}" if self.in_sandbox else self.telegram_api

    @property
    def rasa_addresses(self) -> tuple[str, ...]:
        """Of one Rasa, or of several that share the messages."""
        named = [one.strip() for one in self.rasa_url.split(",")]
        return tuple(one for one in named if one) or (f"http://127.0.0.1:{self.rasa_port}",)

    @property
    def actions_address(self) -> str:
        return self.actions_url or f"http://127.0.0.1:{self.actions_port}"

    def environment(self) -> dict[str, str]:
        """These settings as variables, for a child process."""
        return {
            variable_name(one.name): as_text(getattr(self, one.name))
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }


def variable_name(name: str) -> str:
    return PLAIN_NAMES.get(name, PREFIX + name.upper())


def as_text(value: object) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def reject_unknown(environment: Mapping[str, str]) -> None:
    known = {variable_name(one.name) for one in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting; .env.example lists them all")


def parse(variable: str, value: str, kind: type) -> object:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]
        return kind(value)
    except (ValueError, KeyError) as error:
        raise SettingsError(f"{variable}={value!r} is not a {kind.__name__}; see .env.example") from error


def check(settings: Settings) -> None:
    if settings.telegram_token and ":" not in settings.telegram_token:
        raise SettingsError("TELEGRAM_TOKEN does not look like a bot token (123456:ABC...); @BotFather gives you one")
    if settings.webhook_url and not settings.webhook_url.startswith(WEBHOOKS):
        raise SettingsError("WEGWIJS_WEBHOOK_URL must begin with https://; Telegram delivers nowhere else")
    if settings.log_format not in LOG_FORMATS:
        raise SettingsError(f"WEGWIJS_LOG_FORMAT={settings.log_format!r} is not one of {', '.join(LOG_FORMATS)}")
    for name in ("inbox_partitions", "lease_seconds", "keep_case_days", "keep_conversation_hours"):
        if getattr(settings, name) < 1:
            raise SettingsError(f"{variable_name(name)} must be at least 1")


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a .env file; comments and empty lines are skipped."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}

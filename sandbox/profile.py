"""What the bot says about itself: its commands by scope and language, its name, descriptions and menu button."""

from __future__ import annotations

import re

from sandbox.calls import Call
from sandbox.errors import bad_request
from sandbox.formatting import utf16_length
from sandbox.telegram import Telegram

Json = dict[str, object]

COMMAND_LIMIT = 100
DESCRIPTION_LIMITS = {"names": 64, "descriptions": 512, "short_descriptions": 120}
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"([a-z]{2})?")


def command_place(telegram: Telegram, call: Call) -> tuple[str, str]:
    """Where a list of commands belongs: its scope and language."""
    language = call.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    scope = call.structure("scope")
    if scope is None:
        return "default", language
    if not isinstance(scope, dict) or not scope.get("type"):
        raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
    if scope["type"] in ("chat", "chat_administrators", "chat_member"):
        chat = telegram.chat_for_bot(str(scope.get("chat_id", "")))
        return f"{scope['type']}:{chat.id}", language
    if scope["type"] not in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return str(scope["type"]), language


def checked_command(given: object) -> Json:
    if not isinstance(given, dict) or not isinstance(given.get("command"), str):
        raise bad_request("can't parse BotCommand: Can't find field \"command\"")
    name, description = given["command"].strip().removeprefix("/"), str(given.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if utf16_length(description) > 256:
        raise bad_request("command description length must not exceed 256")
    return {"command": name, "description": description}


async def set_my_commands(telegram: Telegram, call: Call) -> object:
    commands = call.structure("commands")
    if commands is not None and not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    checked = [checked_command(command) for command in commands or []]
    if len(checked) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    telegram.profile.commands[command_place(telegram, call)] = checked
    telegram.watchers.tell("commands", 0)
    return True


async def get_my_commands(telegram: Telegram, call: Call) -> object:
    return telegram.profile.commands.get(command_place(telegram, call), [])


async def delete_my_commands(telegram: Telegram, call: Call) -> object:
    telegram.profile.commands.pop(command_place(telegram, call), None)
    telegram.watchers.tell("commands", 0)
    return True


async def set_profile(names: str, name: str, telegram: Telegram, call: Call) -> object:
    language, text = call.text("language_code"), call.text(name)
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    if utf16_length(text) > DESCRIPTION_LIMITS[names]:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    getattr(telegram.profile, names)[language] = text
    return True


async def get_profile(names: str, name: str, telegram: Telegram, call: Call) -> object:
    texts: dict[str, str] = getattr(telegram.profile, names)
    unset = str(telegram.bot["first_name"]) if name == "name" else ""
    return {name: texts.get(call.text("language_code")) or texts.get("") or unset}


async def set_chat_menu_button(telegram: Telegram, call: Call) -> object:
    button = call.structure("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: Unsupported type specified")
    chat_id = telegram.chat_for_bot(call.text("chat_id")).id if call.text("chat_id") else 0
    telegram.profile.menu_buttons[chat_id] = button
    return True


async def get_chat_menu_button(telegram: Telegram, call: Call) -> object:
    buttons = telegram.profile.menu_buttons
    return buttons.get(call.integer("chat_id")) or buttons.get(0) or {"type": "commands"}

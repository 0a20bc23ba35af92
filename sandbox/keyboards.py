"""Keyboards under messages, checked as Telegram checks them."""

from __future__ import annotations

import json

from sandbox.errors import bad_request

Json = dict[str, object]

CALLBACK_DATA_BYTES = 64
MARKUP_BYTES = 10_000
INLINE_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def checked_markup(markup: object, inline_only: bool = False) -> Json | None:
    """The reply markup as given, None for none or an empty inline keyboard; raises what Telegram refuses."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if len(json.dumps(markup, ensure_ascii=False).encode()) > MARKUP_BYTES:
        raise bad_request("reply markup is too long")
    if "inline_keyboard" in markup:
        return checked_inline(markup)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        for button in buttons_of(markup, "keyboard"):
            checked_text({"text": button} if isinstance(button, str) else button, "keyboard button")
    return markup


def checked_inline(markup: Json) -> Json | None:
    buttons = buttons_of(markup, "inline_keyboard")
    for button in buttons:
        checked_inline_button(button)
    return markup if buttons else None


def buttons_of(markup: Json, field: str) -> list[object]:
    rows = markup[field]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{field}" must be of type Array')
    return [button for row in rows for button in row]


def checked_text(button: object, name: str) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request(f"can't parse {name}: Can't find field \"text\"")
    if not str(button["text"]).strip():
        raise bad_request(f"{name} text must be non-empty")
    return button


def checked_inline_button(given: object) -> None:
    button = checked_text(given, "inline keyboard button")
    if not any(button.get(action) not in (None, "") for action in INLINE_ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        checked_url(str(button["url"]))


def checked_url(url: str) -> None:
    scheme, separator, rest = url.partition("://")
    if separator and scheme not in ("http", "https", "tg", "ton"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    host = (rest if separator else url).split("/")[0]
    if not host or " " in host or not (scheme == "tg" or "." in host or host.startswith("localhost")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")

"""One call of a Bot API method: its parameters as they came, read the way Telegram reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.errors import bad_request


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One call of a method: its parameters as they came (strings, or JSON values) and its uploads."""

    method: str
    parameters: Mapping[str, object]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        given = self.parameters.get(name)
        if isinstance(given, (dict, list)):
            return json.dumps(given)
        return "" if given is None else str(given)

    def integer(self, name: str, default: int = 0) -> int:
        given = self.text(name).strip()
        return int(given) if given.lstrip("-").isdigit() else default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> object:
        """A parameter that is a JSON object or array; None when it is missing."""
        given = self.parameters.get(name)
        if not isinstance(given, str):
            return given
        if not given:
            return None
        try:
            return json.loads(given)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error


def whole(given: object, name: str) -> int:
    """A number inside a JSON parameter."""
    if isinstance(given, int) or (isinstance(given, str) and given.lstrip("-").isdigit()):
        return int(given)
    raise bad_request(f'field "{name}" must be of type Number')

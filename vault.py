"""Vault: words at rest and names of people.

Promise: whoever reads Redis without the operator's key reads nobody's words, and knows nobody's chat.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from settings import Settings

NAMES = "names:"


class VaultError(Exception):
    """A key is missing or malformed, or words were sealed with a key this vault does not hold."""


class Vault:
    """Seals words with the first key, opens with any of them (Fernet: AES-128-CBC with HMAC-SHA256).

    keys: comma-separated Fernet keys, the first seals, all open; `names:<base64>` among them names people, else the last
    key does. rotation.py writes such a list.
    """

    def __init__(self, keys: str) -> None:
        parts = [key.strip() for key in keys.split(",") if key.strip()]
        self.keys = [part for part in parts if not part.startswith(NAMES)]
        if not self.keys:
            raise VaultError("no key: set WEGWIJS_KEY, or let `wegwijs key` write one")
        try:
            self._each = [Fernet(key) for key in self.keys]
            # Pseudonyms must outlive a rotation.
            kept = [base64.urlsafe_b64decode(part.removeprefix(NAMES)) for part in parts if part.startswith(NAMES)]
            derived = sha256(b"wegwijs pseudonym" + base64.urlsafe_b64decode(self.keys[-1])).digest()
        except ValueError as error:
            raise VaultError("WEGWIJS_KEY is not a key: 32 bytes in URL-safe base64; `wegwijs key` makes one") from error
        self._fernet = MultiFernet(self._each)
        self._pepper = kept[0] if kept else derived

    def names(self) -> str:
        """The part of the list that goes on naming people when the key that did is gone; it opens nothing."""
        return NAMES + base64.urlsafe_b64encode(self._pepper).decode()

    def sealed_by(self, sealed: bytes) -> int | None:
        """The place of the key that sealed it, None when it is not here."""
        for place, one in enumerate(self._each):
            with suppress(InvalidToken):
                one.decrypt(sealed)
                return place
        return None

    def seal(self, words: str | bytes) -> bytes:
        return self._fernet.encrypt(words.encode("utf-8", "surrogatepass") if isinstance(words, str) else words)

    def open(self, sealed: bytes | str) -> str:
        return self.open_bytes(sealed).decode("utf-8", "surrogatepass")

    def open_bytes(self, sealed: bytes | str) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultError("these words were sealed with another key") from error

    def rotate(self, sealed: bytes | str) -> bytes:
        """The same words sealed with the newest key."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            raise VaultError("these words were sealed with another key") from error

    def seal_json(self, value: Any) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=True, separators=(",", ":")))

    def open_json(self, sealed: bytes | str) -> Any:
        return json.loads(self.open(sealed))

    def pseudonym(self, chat_id: int) -> str:
        """A person's name in every key, log and tracker: 20 letters and digits, the same for the same chat."""
        digest = hmac.new(self._pepper, str(chat_id).encode(), sha256).digest()
        return base64.b32encode(digest[:13]).decode().lower().rstrip("=")[:20]


def open_vault(settings: Settings) -> Vault:
    """The vault of these settings: WEGWIJS_KEY, or the key file of the data folder, made when there is none."""
    return Vault(settings.key or key_file(settings.data_dir / "key"))


def key_file(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Fernet.generate_key().decode()
    # O_EXCL: of two processes that start at once one writes, the other reads.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(key + "\n")
    return key

"""Vault: words at rest and names of people.

Promise: whoever reads Redis without the operator's key reads nobody's words, and knows nobody's chat.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from settings import Settings


class VaultError(Exception):
    """A key is missing or malformed, or words were sealed with a key this vault does not hold."""


class Vault:
    """Seals words with the first key, opens with any of them (Fernet: AES-128-CBC with HMAC-SHA256).

    keys: comma-separated Fernet keys, the newest first; the older ones stay until everything they sealed has expired.
    """

    def __init__(self, keys: str) -> None:
        parts = [key.strip() for key in keys.split(",") if key.strip()]
        if not parts:
            raise VaultError("no key: set WEGWIJS_KEY, or let `wegwijs key` write one")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in parts])
        except ValueError as error:
            raise VaultError("WEGWIJS_KEY is not a key: 32 bytes in URL-safe base64; `wegwijs key` makes one") from error
        # Pseudonyms must outlive a rotation, so they hang on the oldest key.
        self._pepper = sha256(b"wegwijs pseudonym" + base64.urlsafe_b64decode(parts[-1])).digest()

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

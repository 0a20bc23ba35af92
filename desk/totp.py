"""Codes for the second step of signing in (RFC 6238: SHA-1, six digits, thirty seconds).

Promise: a code works once, and only within half a minute of its time.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
import time
from hashlib import sha1, sha256
from urllib.parse import quote

from store import Redis

STEP_SECONDS = 30
DIGITS = 6


def new_secret() -> str:
    """160 bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """RFC 4226 section 5.3."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def address(secret: str, name: str, organisation: str) -> str:
    """What an authenticator app opens."""
    label = quote(f"{organisation}:{name}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(organisation)}"


async def accepts(redis: Redis, secret: str, code: str) -> bool:
    """True for the code of now or of the step before or after, once."""
    given = code.replace(" ", "")
    now = int(time.time()) // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            # Somebody who looked over the shoulder is second.
            return bool(await redis.set(used_key(secret, step), "1", nx=True, ex=STEP_SECONDS * 4))
    return False


def used_key(secret: str, step: int) -> str:
    return f"ww:{{totp:{sha256(f'{secret}{step}'.encode()).hexdigest()[:40]}}}"

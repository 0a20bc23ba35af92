"""Files people and the bot send, in memory, and tiny real ones to send: a voice, a picture, a document, a sticker."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass

from sandbox.errors import bad_request

Json = dict[str, object]

OPUS_PRE_SKIP = 312
FOLDERS = {"voice": "voice", "photo": "photos", "document": "documents", "sticker": "stickers"}


@dataclass(frozen=True)
class StoredFile:
    id: str
    name: str
    mime_type: str
    path: str
    content: bytes

    def as_json(self) -> Json:
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.content)}


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, kind: str, name: str, mime_type: str, content: bytes) -> StoredFile:
        number = len(self._by_id) + 1
        path = f"{FOLDERS.get(kind, kind)}/file_{number}{extension(name)}"
        stored = StoredFile(f"SandboxFile-{kind}-{number}", name, mime_type, path, content)
        self._by_id[stored.id] = stored
        self._by_path[path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        if file_id not in self._by_id:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def at_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def __contains__(self, file_id: str) -> bool:
        return file_id in self._by_id


def extension(name: str) -> str:
    return f".{name.rsplit('.', 1)[1]}" if "." in name else ""


def media_fields(kind: str, stored: StoredFile) -> Json:
    """The message field of a file of this kind, as Telegram shows it."""
    body = stored.as_json()
    if kind == "photo":
        return {"photo": [{**body, "width": 90, "height": 90}]}
    if kind == "sticker":
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": {**body, **shape, "emoji": "\N{WAVING HAND SIGN}"}}
    body |= {"mime_type": stored.mime_type, "file_name": stored.name}
    if kind == "voice":
        del body["file_name"]
    if kind in ("voice", "audio", "video"):
        body["duration"] = 1
    if kind == "video":
        body |= {"width": 320, "height": 240}
    return {kind: body}


def ogg_crc(page: bytes) -> int:
    """The checksum of an Ogg page (RFC 3533): CRC-32 with polynomial 0x04c11db7, not reflected, from 0."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else (crc << 1) & 0xFFFFFFFF
    return crc


def ogg_page(flags: int, granule: int, sequence: int, packets: list[bytes]) -> bytes:
    sizes = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, sequence, 0, len(sizes)) + sizes
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", ogg_crc(page)) + page[26:]


def voice_sample(frames: int = 75) -> bytes:
    """A moment of silence as Ogg Opus (RFC 7845): frames of 20 ms, one channel, 48 kHz."""
    silence = b"\xf8\xff\xfe"
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, OPUS_PRE_SKIP, 48_000, 0, 0)
    tags = struct.pack("<8sI7sI", b"OpusTags", 7, b"sandbox", 0)
    sound = ogg_page(4, frames * 960 + OPUS_PRE_SKIP, 2, [silence] * frames)
    return ogg_page(2, 0, 0, [head]) + ogg_page(0, 0, 1, [tags]) + sound


def picture_sample(size: int = 90) -> bytes:
    """A plain blue square as PNG."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\x00" + b"\x2f\x6f\xa8" * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def document_sample() -> bytes:
    return b"A document from the sandbox.\n"


def sticker_sample() -> bytes:
    """A one-pixel WebP."""
    return base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")

"""Media at the desk: voice is played, photos are shown, everything else is only downloaded.

Promise: a file never runs as part of the desk, whatever it claims to be.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from desk.cases import Media
from desk.web import Visit

SHOWN = {"image/jpeg", "image/png", "image/webp", "image/gif"}
PLAYED = {"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/webm", "video/mp4", "video/webm"}


async def show(visit: Visit) -> Response:
    media, content = await visit.desk.cases.media(visit.request.path_params["media_id"])
    await visit.note("saw_media", media.id)
    return Response(content, headers=headers(media))


def headers(media: Media) -> dict[str, str]:
    """Only well-known pictures and sounds are shown in place; a sandbox holds even those."""
    mime = media.mime.partition(";")[0].strip().lower()
    in_place = mime in SHOWN | PLAYED
    return {
        "Content-Type": mime if in_place else "application/octet-stream",
        "Content-Disposition": f"{'inline' if in_place else 'attachment'}; filename*=UTF-8''{quote(media.file_name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }

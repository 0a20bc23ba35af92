"""Training time, model size, messages parsed a second."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from content.load import load_content
from tests.bench.figure import Figure

MESSAGES = 5000


async def measure(folder: Path) -> list[Figure]:
    began = time.monotonic()
    wegwijs("train", "--force")
    trained = time.monotonic() - began
    size = sum(path.stat().st_size for path in Path("models").glob("*.tar.gz")) / 1e6
    lines = messages()
    began = time.monotonic()
    out = wegwijs("parse", given="\n".join(json.dumps({"text": text}) for text in lines) + "\n")
    took = time.monotonic() - began
    assert len(out.splitlines()) == len(lines)
    cold, warm = load_seconds(folder)
    return [
        Figure("wegwijs train, all content", f"{trained:.0f} s", "", "<= 120 s", trained <= 120),
        Figure("model", f"{size:.0f} MB", "", "<= 100 MB", size <= 100),
        Figure(
            "wegwijs parse, start included", f"{len(lines) / took:.0f} messages/s", "", ">= 300/s", len(lines) / took >= 300
        ),
        Figure("content loaded, cold", f"{cold:.1f} s", "", "< 5 s", cold < 5),
        Figure("content loaded, nothing changed", f"{warm:.2f} s", "", "< 1 s", warm < 1),
    ]


def wegwijs(*arguments: str, given: str = "") -> str:
    command = [sys.executable, "-m", "wegwijs", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def messages() -> list[str]:
    content = load_content(Path("content"))
    texts = [question for entry in content.entries.values() for text in entry.texts.values() for question in text.questions]
    return texts[:: max(1, len(texts) // MESSAGES)][:MESSAGES]


def load_seconds(folder: Path) -> tuple[float, float]:
    seconds = []
    for _ in range(2):
        began = time.monotonic()
        load_content(Path("content"), folder / "content-cache")
        seconds.append(time.monotonic() - began)
    return seconds[0], seconds[1]

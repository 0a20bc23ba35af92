"""Stamp: writes into each translation the hash of the source text it was made from.

Promise: only the one line `of:` changes; comments and layout of the editor's file stay.
"""

from __future__ import annotations

import re
from pathlib import Path

from content.load import load_content, source_hash

OF_LINE = re.compile(r"^(translation:\n(?:[ ]+.*\n)*?[ ]+of:)[^\n]*$", re.MULTILINE)
HEAD_LINE = re.compile(r"^translation:[ ]*\n", re.MULTILINE)


def stamp_translations(folder: Path, entries: tuple[str, ...] = ()) -> int:
    """Stamp the translations of these entry ids (all when empty); returns how many files changed."""
    content = load_content(folder)
    changed = 0
    for kind, known in (("faq", content.entries), ("crisis", content.crises)):
        for entry in known.values():
            if (entries and entry.id not in entries) or entry.source_text is None:
                continue
            path = folder / (entry.id if kind == "crisis" else f"{kind}/{entry.id}")
            for text in entry.texts.values():
                if text.translation:
                    changed += stamp_file(path / f"{text.language}.yml", source_hash(entry.source_text))
    return changed


def stamp_file(path: Path, digest: str) -> bool:
    before = path.read_text(encoding="utf-8")
    after, found = OF_LINE.subn(rf"\g<1> {digest}", before, count=1)
    if not found:
        after = HEAD_LINE.sub(f"translation:\n  of: {digest}\n", before, count=1)
    if after == before:
        return False
    path.write_text(after, encoding="utf-8")
    return True

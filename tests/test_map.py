"""Imports point down only, as the map in the README says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("bot", "nlu", "actions", "content", "desk", "sandbox")
TOP = {"cluster", "health", "logs", "meters", "settings", "store", "vault"}
MAY = {
    "content": set(),
    "desk": {"content"},
    "nlu": {"content"},
    "actions": {"content", "desk.cases"},
    "bot": {"content", "desk.cases"},
    "sandbox": set(),
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" if node.module in ROOMS else node.module for alias in node.names)


def allowed(room: str, name: str) -> bool:
    top = name.partition(".")[0]
    if top not in ROOMS or top == room:
        return True
    return any(name == one or name.startswith(one + ".") for one in MAY[room])


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_below(room: str):
    wrong = [f"{path}: {name}" for path in Path(room).rglob("*.py") for name in imported(path) if not allowed(room, name)]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(TOP))
def test_the_foundation_imports_no_room(module: str):
    assert [name for name in imported(Path(f"{module}.py")) if name.partition(".")[0] in ROOMS] == []


def test_no_sentence_for_a_person_stands_in_the_domain():
    text = Path("domain.yml").read_text(encoding="utf-8")
    assert "responses:" not in text

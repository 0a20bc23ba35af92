"""The JSON Schemas for editors' tools say the same as the loader: every file of ours is valid, a wrong one is not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

CONTENT = Path("content")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((CONTENT / f"schema/{name}.schema.json").read_text(encoding="utf-8")))


def read(path: Path) -> Any:
    """A YAML file as JSON would hold it: days as text."""
    return json.loads(json.dumps(yaml.load(path.read_text(encoding="utf-8"), Loader=Loader), default=date.isoformat))  # noqa: S506


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("entry", sorted(CONTENT.glob("faq/*/*/entry.yml"))),
        ("language", sorted(CONTENT.glob("faq/*/*/nl.yml")) + sorted(CONTENT.glob("faq/*/*/ti.yml"))),
        ("service", sorted(CONTENT.glob("services/*.yml"))),
    ],
)
def test_every_file_of_ours_is_valid(name: str, files: list[Path]):
    assert len(files) >= 87
    check = validator(name)
    wrong = [f"{path}: {error.message[:120]}" for path in files for error in check.iter_errors(read(path))]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("entry", {"sources": []}),
        ("entry", {"sourses": []}),
        ("language", {"title": "x" * 41}),
        ("language", {"by_region": {"antwerp": "a"}}),
        ("service", {"name": "a", "does": "b", "for": "c", "municipalities": [11002]}),
    ],
)
def test_a_wrong_file_is_not(name: str, document: dict[str, Any]):
    assert list(validator(name).iter_errors(document))

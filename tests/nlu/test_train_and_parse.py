import json
import time
from pathlib import Path
from typing import Any

from settings import Settings
from tests.nlu.conftest import wegwijs

KEYS = {"text", "id", "confidence", "ranking", "language", "crisis", "outcome"}


def parsed(settings: Settings, given: bytes) -> list[dict[str, Any]]:
    done = wegwijs(settings, "parse", given=given)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def test_training_again_without_a_change_is_skipped(model: Path, small_settings: Settings):
    before = model.stat().st_mtime_ns
    done = wegwijs(small_settings, "train")
    assert done.returncode == 0
    assert b"up to date" in done.stderr
    assert done.stdout == b""
    assert model.stat().st_mtime_ns == before


def test_one_line_comes_out_for_each_line_in_whatever_it_holds(model: Path, small_settings: Settings):
    lines = [
        json.dumps({"text": "How do I get my rental deposit back?", "lang": "en"}).encode(),
        b"not json",
        b"[]",
        b'{"text": 7}',
        b"\xff\xfe",
        b"",
        b'{"text": "\\ud83d", "lang": "klingon"}',
        json.dumps({"text": "I want to kill myself"}).encode(),
        json.dumps({"text": "line\u2028separator\x0b"}, ensure_ascii=False).encode(),
    ]
    told = parsed(small_settings, b"\n".join(lines) + b"\n")
    assert len(told) == len(lines)
    assert all(line.keys() >= KEYS for line in told)
    assert told[0]["id"] == "housing/rental_guarantee"
    assert [line["outcome"] for line in told[1:7]] == ["fallback"] * 6
    assert told[7]["crisis"] == "crisis/suicide"
    assert all(len(line["ranking"]) <= 5 for line in told)


def test_five_thousand_lines_take_under_a_minute(model: Path, small_settings: Settings):
    line = json.dumps({"text": "My landlord wants me out and keeps my deposit. What can I do about it?"}).encode()
    began = time.monotonic()
    assert len(parsed(small_settings, (line + b"\n") * 5000)) == 5000
    assert time.monotonic() - began < 30


def test_a_missing_model_is_one_line_that_says_what_to_run(tmp_path: Path):
    for command in ("parse", "rasa"):
        done = wegwijs(Settings(models_dir=tmp_path), command)
        assert done.returncode != 0
        assert len(done.stderr.decode().strip().splitlines()) == 1
        assert "wegwijs train" in done.stderr.decode()
        assert done.stdout == b""


def test_content_without_questions_is_one_line(tmp_path: Path):
    settings = Settings(content_dir=tmp_path / "content", models_dir=tmp_path, cache_dir=tmp_path)
    (tmp_path / "content" / "faq").mkdir(parents=True)
    done = wegwijs(settings, "train")
    assert done.returncode != 0
    assert "no questions to train on" in done.stderr.decode()


def test_figures_of_a_file_are_json_on_demand(model: Path, small_settings: Settings, tmp_path: Path):
    file = tmp_path / "cases.jsonl"
    cases = [
        {"id": "housing/rental_guarantee", "text": "How do I get my rental deposit back?", "lang": "en"},
        {"id": "crisis/suicide", "text": "je veux mourir", "lang": "fr"},
        {"id": "near_miss", "text": "my phone died", "lang": "en"},
    ]
    file.write_text("\n".join(json.dumps(case) for case in cases))
    done = wegwijs(small_settings, "evaluate", str(file), "--json")
    figures = json.loads(done.stdout)
    assert figures["all"]["top_1"] == 1.0
    assert figures["fr"]["crisis_recall"] == 1.0
    assert figures["fr"]["top_1"] is None
    assert b"all" in wegwijs(small_settings, "evaluate", str(file)).stdout


def test_a_broken_case_names_its_line(model: Path, small_settings: Settings, tmp_path: Path):
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "thanks", "text": "ok", "lang": "en"}\n{"text": 1}\n')
    done = wegwijs(small_settings, "evaluate", str(file))
    assert "line 2" in done.stderr.decode()

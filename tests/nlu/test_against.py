import json
from pathlib import Path

import httpx
import pytest

from nlu import stock
from nlu.against import Side, lines, on_banking77, on_clinc150
from nlu.evaluate import FIGURES

LEASE = ["my landlord wants to end the lease", "how do I end the contract of my flat", "notice of three months for the flat"]
THANKS = ["thank you so much", "thanks a lot friend", "many thanks"]
DANGER = ["I want to die [now]", "I have no wish to live", "I will end my life"]


def test_stock_rasa_learns_answers_and_is_read_in_our_words(tmp_path: Path) -> None:
    questions = {"housing/lease": LEASE, "thanks": THANKS, "crisis/suicide": DANGER}
    assert stock.write_project(tmp_path, questions, epochs=30) == 9
    assert stock.train(tmp_path, 300) > 0
    with stock.serving(tmp_path) as server, httpx.Client(timeout=30, trust_env=False) as client:
        told = [server.parse(client, lines[0]) for lines in questions.values()]
        assert [one.id for one in told] == [*questions]
        assert [one.outcome for one in told] == ["answer", "dialogue", "crisis"]
        assert server.megabytes > 100


def test_both_sides_stand_beside_one_another() -> None:
    figures: dict[str, float | None] = {one.name: None for one in FIGURES}
    told = lines([Side("ours", 1, 2, 3, figures | {"top_1": 0.9}), Side("stock Rasa", 100, 20, 900, figures)])
    assert "right first, %" in told[1]
    assert told[1].split()[-2:] == ["90.0", "-"]


def test_public_data_is_read_and_measured(tmp_path: Path) -> None:
    rows = [*((text, "thanks") for text in THANKS), *((text, "lease") for text in LEASE)]
    table = "text,category\n" + "".join(f'"{text}",{label}\n' for text, label in rows)
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text(table, encoding="utf-8")
    assert on_banking77(tmp_path).startswith("BANKING77: 100.0 % right of 6")
    clinc = {"train": rows, "oos_train": [("what is the weather", "oos")], "test": rows}
    (tmp_path / "data_full.json").write_text(json.dumps(clinc), encoding="utf-8")
    assert on_clinc150(tmp_path).startswith("CLINC150: 100.0 % right of 6")


def test_a_folder_without_the_data_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"train\.csv: must have the columns text, category"):
        on_banking77(tmp_path)

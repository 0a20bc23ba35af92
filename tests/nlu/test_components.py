"""One check for all components: trained, stored, loaded again, and unmoved by any message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.light import lighten

lighten()

# ruff: noqa: E402 - the line above must come before Rasa is imported

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import class_from_module_path

from nlu.importer import ContentImporter
from nlu.pipeline.decider import Decider
from nlu.pipeline.step import UNDERSTANDING, LearningStep, Step
from nlu.reader import Asked, Reader

CONTEXT = ExecutionContext(GraphSchema({}), None)
PIPELINE = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
STEPS = [step["name"].rpartition(".")[2] for step in PIPELINE]
TEXTS = [
    "How do I get my deposit back?",
    "كيف أسترجع التأمين",
    "Who pays? My landlord throws us out. Nous dormons dehors ce soir.",
    "",
    "   ",
    "😀😀",
    "\u200b\u200d\ufeff",
    "\ud83d half a surrogate",
    "?!...",
    "1234567890",
    "word " * 819,
    "ع" * 4096,
    "a\n\nb",
    "\x00\x01",
]
METADATA: list[Any] = [None, {}, {"language": None}, {"language": "xx", "entry": 7}, {"entry": "housing/eviction"}, "none", []]


@dataclass(frozen=True)
class Trained:
    """The pipeline as trained, and the same loaded from what it stored."""

    trained: list[Step]
    loaded: list[Step]


@pytest.fixture(scope="module")
def pipeline(small_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    storage = LocalModelStorage(tmp_path_factory.mktemp("storage"))
    data = ContentImporter(training_data_paths=[str(small_content)]).get_nlu_data()
    trained: list[Step] = []
    loaded: list[Step] = []
    for step in PIPELINE:
        config = {key: value for key, value in step.items() if key != "name"}
        cls, resource = class_from_module_path(step["name"]), Resource(step["name"])
        one = cls.create(config, storage, resource, CONTEXT)
        if isinstance(one, LearningStep):
            assert one.train(data) == resource
        if hasattr(one, "process_training_data"):
            data = one.process_training_data(data)
        trained.append(one)
        loaded.append(cls.load(config, storage, resource, CONTEXT))
    return Trained(trained, loaded)


def run(steps: Sequence[Step], text: Any, metadata: Any) -> Message:
    messages = [Message({"text": text, "metadata": metadata})]
    for step in steps:
        messages = step.process(messages)
    return messages[0]


@pytest.mark.parametrize("place", range(len(STEPS)), ids=STEPS)
def test_a_component_goes_through_every_message(pipeline: Trained, place: int):
    for text in [*TEXTS, None]:
        for metadata in METADATA:
            run(pipeline.loaded[: place + 1], text, metadata)


def test_what_was_loaded_understands_as_what_was_trained(pipeline: Trained):
    whole = [step for step in pipeline.trained if type(step).__name__ != "PlaceExtractor"]
    for text in TEXTS:
        told = run(whole, text, {}).get(UNDERSTANDING)
        again = run(pipeline.loaded, text, {}).get(UNDERSTANDING)
        assert (told["id"], told["outcome"], told["language"]) == (again["id"], again["outcome"], again["language"])
        assert told["confidence"] == pytest.approx(again["confidence"], abs=0.01)


def test_the_message_carries_intent_and_understanding_out(pipeline: Trained):
    told = run(pipeline.loaded, "How do I get my rental deposit back in Ghent?", {"language": "en"}).as_dict(True)
    assert told["intent"]["name"] == "housing"
    assert told["understanding"]["id"] == "housing/rental_guarantee"
    assert told["understanding"]["region"] == "flanders"
    assert [entity["entity"] for entity in told["entities"]] == ["region", "municipality"]


def test_a_short_follow_up_leans_on_the_entry_before(pipeline: Trained):
    alone = run(pipeline.loaded, "how much does it cost?", {}).get(UNDERSTANDING)
    after = run(pipeline.loaded, "how much does it cost?", {"entry": "family_reunification/documents"}).get(UNDERSTANDING)
    confidence = {one["id"]: one["confidence"] for one in after["ranking"]}
    before = {one["id"]: one["confidence"] for one in alone["ranking"]}
    assert confidence["family_reunification/cost"] > before.get("family_reunification/cost", 0)


def test_the_reader_without_rasa_understands_the_same(pipeline: Trained):
    reader = reader_of(pipeline.loaded)
    for text, told in zip(TEXTS, reader.read([Asked(text) for text in TEXTS]), strict=True):
        expected = run(pipeline.loaded, text, {}).get(UNDERSTANDING)
        assert (told.id, told.outcome, told.language) == (expected["id"], expected["outcome"], expected["language"])
        assert told.confidence == pytest.approx(expected["confidence"], abs=0.001)


def reader_of(steps: Sequence[Step]) -> Reader:
    """A reader of the very parts that these components have: two trainings are never the same to the last digit."""
    parts = {type(step).__name__: step.part for step in steps if isinstance(step, LearningStep)}
    written = parts["CrisisClassifier"]
    (decider,) = (step for step in steps if isinstance(step, Decider))
    return Reader(
        features=parts["SparseFeatures"],
        languages=parts["LanguageIdentifier"],
        ranker=parts["EntryClassifier"],
        dangers=written.dangers,
        troubles=written.troubles,
        thresholds=decider.thresholds,
    )


def test_a_model_file_is_read_as_it_was_trained(model: Path):
    told = Reader.load(model).read([Asked("How do I get my deposit back?", "en"), Asked("")])
    assert told[1].outcome == "fallback"
    assert told[0].id == "housing/rental_guarantee"

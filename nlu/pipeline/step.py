"""What all steps share: how Rasa builds them, and the training data they pass on.

Promise: messages of any kind (no text, no metadata) go through every step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.examples import Example, topic
from nlu.places import Place
from nlu.reader import Told

TOLD, ROWS, LANGUAGE, GUESS, PLACE = "told", "rows", "language", "language_guess", "place"
LIKELY, NAMED, WENT_WRONG, UNDERSTANDING = "likely", "crisis_named", "went_wrong", "understanding"


class Utterance(Message):  # type: ignore[misc]
    """One example as Rasa wants it. Its fingerprint is its text: Rasa's own costs seconds for 58,000 examples."""

    def __init__(self, example: Example) -> None:
        intent = topic(example.id) or example.id
        super().__init__({TEXT: example.text, INTENT: intent})
        self.example = example

    def fingerprint(self) -> str:
        return sha256(repr(self.example).encode("utf-8", "surrogatepass")).hexdigest()


class Utterances(TrainingData):  # type: ignore[misc]
    """All examples, and beside them what the steps before made of them."""

    def __init__(self, examples: Sequence[Example] = (), places: Mapping[str, Place] | None = None) -> None:
        super().__init__([Utterance(example) for example in examples])
        self.examples = [message.example for message in self.training_examples]
        self.normals: list[str] = []
        self.rows: Any = None
        self.spelt: int | None = None
        self.places = dict(places or {})
        self.known = sha256(repr((self.examples, self.places)).encode("utf-8", "surrogatepass")).hexdigest()

    def fingerprint(self) -> str:
        return self.known


class Step(GraphComponent):  # type: ignore[misc]
    """A step that learns nothing."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> Step:
        return cls(config)

    def prepare(self, message: Message) -> None:
        """Add to this message what the step finds."""
        raise NotImplementedError

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self.prepare(message)
        return messages


class LearningStep(Step):
    """A step with a trained part (`self.part`, with save(folder) and load(folder))."""

    part_class: Any = None

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, part: Any = None) -> None:
        super().__init__(config)
        self.storage = storage
        self.resource = resource
        self.part = part

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LearningStep:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LearningStep:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, cls.part_class.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        self.part = self.learn(training_data)
        with self.storage.write_to(self.resource) as folder:
            self.part.save(folder)
        return self.resource

    def learn(self, training_data: Utterances) -> Any:
        """The trained part."""
        raise NotImplementedError


def text_of(message: Message) -> str:
    return message.get(TEXT) or ""


def metadata_of(message: Message) -> dict[str, Any]:
    told = message.get("metadata")
    return told if isinstance(told, dict) else {}


def told_in(message: Message) -> Told:
    return message.get(TOLD) or Told.of(text_of(message))

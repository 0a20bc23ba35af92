"""CrisisClassifier: danger that the editors' patterns name in the message."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.crisis import PATTERNS, Patterns
from nlu.pipeline.step import NAMED, LearningStep, Utterances, told_in


@dataclass(frozen=True)
class Written:
    """The patterns as the editors wrote them, kept in the model so that they change only by training."""

    text: str
    patterns: Patterns

    def save(self, folder: Path) -> None:
        (folder / PATTERNS.name).write_text(self.text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Written:
        return cls.read(folder / PATTERNS.name)

    @classmethod
    def read(cls, file: Path) -> Written:
        return cls(file.read_text(encoding="utf-8"), Patterns.read(file))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisClassifier(LearningStep):
    part_class = Written

    def learn(self, training_data: Utterances) -> Written:
        return Written.read(PATTERNS)

    def prepare(self, message: Message) -> None:
        message.set(NAMED, self.part.patterns.find(told_in(message).sentences))

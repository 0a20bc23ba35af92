"""CrisisClassifier: danger that the editors' patterns name in the message, and whether it says that something went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.crisis import PATTERNS, TROUBLE, Patterns
from nlu.pipeline.step import NAMED, WENT_WRONG, LearningStep, Utterances, told_in


@dataclass(frozen=True)
class Written:
    """Both files as the editors wrote them, kept in the model so that they change only by training."""

    danger: str
    trouble: str
    dangers: Patterns
    troubles: Patterns

    def save(self, folder: Path) -> None:
        (folder / PATTERNS.name).write_text(self.danger, encoding="utf-8")
        (folder / TROUBLE.name).write_text(self.trouble, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Written:
        files = (folder / PATTERNS.name, folder / TROUBLE.name)
        danger, trouble = (file.read_text(encoding="utf-8") for file in files)
        return cls(danger, trouble, *map(Patterns.read, files))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisClassifier(LearningStep):
    part_class = Written

    def learn(self, training_data: Utterances) -> Written:
        return Written.load(PATTERNS.parent)

    def prepare(self, message: Message) -> None:
        sentences = told_in(message).sentences
        message.set(NAMED, self.part.dangers.find(sentences))
        message.set(WENT_WRONG, bool(self.part.troubles.find(sentences)))

"""CrisisClassifier: danger in the message or in one of its sentences, by the detector or by the editors' patterns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.crisis import PATTERNS, CrisisDetector, Patterns
from nlu.examples import held_out
from nlu.pipeline.step import CRISIS, NAMED, LearningStep, Utterances, rows_of, told_in


@dataclass(frozen=True)
class Watch:
    """Detector and patterns, kept in the model together so that both change only by training."""

    detector: CrisisDetector
    written: str
    patterns: Patterns

    def save(self, folder: Path) -> None:
        self.detector.save(folder)
        (folder / PATTERNS.name).write_text(self.written, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Watch:
        return cls.beside(CrisisDetector.load(folder), folder / PATTERNS.name)

    @classmethod
    def beside(cls, detector: CrisisDetector, patterns: Path) -> Watch:
        return cls(detector, patterns.read_text(encoding="utf-8"), Patterns.read(patterns))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisClassifier(LearningStep):
    part_class = Watch

    def learn(self, training_data: Utterances) -> Watch:
        ids = [example.id for example in training_data.examples]
        return Watch.beside(CrisisDetector.fit(training_data.rows, ids, held_out(training_data.examples)), PATTERNS)

    def prepare(self, message: Message) -> None:
        rows = rows_of(message)
        message.set(CRISIS, self.part.detector.detect(rows.matrix, rows.starts)[0])
        message.set(NAMED, self.part.patterns.find(told_in(message).sentences))

"""EntryClassifier: how likely each id is; a short follow-up leans on the entry before it."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.normalise import words
from nlu.pipeline.step import LANGUAGE, LIKELY, ROWS, LearningStep, Utterances, metadata_of, told_in
from nlu.ranker import Ranker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EntryClassifier(LearningStep):
    part_class = Ranker

    def learn(self, training_data: Utterances) -> Ranker:
        told = training_data.examples
        return Ranker.fit(training_data.rows, [one.id for one in told], [one.language for one in told], training_data.spelt)

    def prepare(self, message: Message) -> None:
        likely = self.part.probabilities(message.get(ROWS), [message.get(LANGUAGE) or ""])[0]
        entry = str(metadata_of(message).get("entry") or "")
        likely = self.part.after(likely, entry, len(words(told_in(message).whole)))
        message.set(LIKELY, self.part.ranking(likely))

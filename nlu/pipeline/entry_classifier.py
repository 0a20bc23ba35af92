"""EntryClassifier: how likely each entry, crisis and dialogue intent is; a short follow-up leans on the entry before it."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.examples import NEAR_MISS, held_out
from nlu.normalise import words
from nlu.pipeline.step import LIKELY, LearningStep, Utterances, metadata_of, rows_of, told_in
from nlu.ranker import Ranker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EntryClassifier(LearningStep):
    part_class = Ranker

    def learn(self, training_data: Utterances) -> Ranker:
        places = [place for place, example in enumerate(training_data.examples) if example.id != NEAR_MISS]
        told = [training_data.examples[place] for place in places]
        return Ranker.fit(training_data.rows[places], [example.id for example in told], held_out(told))

    def prepare(self, message: Message) -> None:
        rows = rows_of(message)
        likely = self.part.probabilities(rows.matrix, rows.starts)[0]
        entry = str(metadata_of(message).get("entry") or "")
        likely = self.part.after(likely, entry, len(words(told_in(message).whole)))
        message.set(LIKELY, self.part.ranking(likely, len(likely)))

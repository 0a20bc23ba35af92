"""LanguageIdentifier: the language to answer in; the person's own choice weighs most."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.examples import held_out
from nlu.languages import Languages, settled
from nlu.pipeline.step import GUESS, LANGUAGE, ROWS, LearningStep, Utterances, metadata_of, text_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(LearningStep):
    part_class = Languages

    def learn(self, training_data: Utterances) -> Languages:
        places = [place for place, example in enumerate(training_data.examples) if example.language]
        told = [training_data.examples[place] for place in places]
        return Languages.fit(
            training_data.rows[places][:, : training_data.spelt], [example.language for example in told], held_out(told)
        )

    def prepare(self, message: Message) -> None:
        text = text_of(message)
        guess = self.part.guess([text], message.get(ROWS))[0]
        message.set(GUESS, guess)
        message.set(LANGUAGE, settled(guess, metadata_of(message).get("language"), text), add_to_output=True)

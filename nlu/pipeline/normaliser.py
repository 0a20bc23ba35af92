"""Normaliser: the message and its sentences in the one spelling that all later steps read."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.normalise import normalise
from nlu.pipeline.step import TOLD, Step, text_of
from nlu.reader import Told


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class Normaliser(Step):
    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        training_data.normals = [normalise(example.text) for example in training_data.examples]
        return training_data

    def prepare(self, message: Message) -> None:
        message.set(TOLD, Told.of(text_of(message)))

"""SparseFeatures: character n-grams, words and sounds of the message, counted once for all."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.features import Features
from nlu.pipeline.step import ROWS, LearningStep, Utterances, told_in


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SparseFeatures(LearningStep):
    part_class = Features

    def learn(self, training_data: Utterances) -> Features:
        features, training_data.rows = Features.fit_rows(training_data.normals)
        return features

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        if training_data.rows is None:
            training_data.rows = self.part.rows(training_data.normals)
        training_data.spelt = self.part.spelt
        return training_data

    def prepare(self, message: Message) -> None:
        message.set(ROWS, self.part.rows([told_in(message).whole]))

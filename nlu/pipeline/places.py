"""Places: the Belgian municipality somebody names, and with it the region whose rules hold."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.pipeline.step import Step


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Places(Step):
    def prepare(self, message: Message) -> None:
        pass

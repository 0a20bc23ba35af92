"""Decider: the outcome of the message, as the intent that Rasa's rules know and as `understanding` for the actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.decide import ANSWER, CLARIFY, CRISIS, DIALOGUE, Thresholds, Understanding, decide, in_trouble
from nlu.examples import topic
from nlu.pipeline.step import LANGUAGE, LIKELY, NAMED, PLACE, UNDERSTANDING, WENT_WRONG, Step

NLU_FALLBACK = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decider(Step):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.thresholds = Thresholds.from_config(config)

    def prepare(self, message: Message) -> None:
        told = decide(message.get(LIKELY), message.get(LANGUAGE), message.get(NAMED), self.thresholds)
        told = in_trouble(told, bool(message.get(WENT_WRONG)))
        if place := message.get(PLACE):
            told = replace(told, region=place.region, municipality=place.nis)
        message.set(UNDERSTANDING, told.as_dict(), add_to_output=True)
        message.set(INTENT, {"name": intent(told), "confidence": told.confidence}, add_to_output=True)


def intent(told: Understanding) -> str:
    """The intent of Rasa's rules: a topic, `clarify`, `crisis`, a dialogue id or `nlu_fallback`."""
    if told.outcome == ANSWER:
        return topic(told.id)
    if told.outcome == DIALOGUE:
        return told.id
    return told.outcome if told.outcome in (CLARIFY, CRISIS) else NLU_FALLBACK

"""Tokens: the words of a message by spaCy's rules for its language (French `l'` and `d'` come off), all-purpose otherwise."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language

from nlu.pipeline.step import DOC, LANGUAGE, Step, told_in

ANY = "xx"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Tokens(Step):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        names = (ANY, *config.get("languages", ()))
        self.tokenizers: dict[str, Language] = {name: spacy.blank(name) for name in names}

    def prepare(self, message: Message) -> None:
        tokenizer = self.tokenizers.get(message.get(LANGUAGE), self.tokenizers[ANY])
        message.set(DOC, tokenizer.make_doc(told_in(message).whole))

"""PlaceExtractor: spaCy tokens by language, and in them the Belgian municipality somebody names and its region.

The names are kept in the model, so that model and list fit together.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from nlu.pipeline.step import LANGUAGE, PLACE, LearningStep, Utterances, told_in
from nlu.places import Gazetteer, Place

NAMES_FILE = "places.json"


@dataclass(frozen=True)
class Names:
    """The trained part: every form of every name."""

    known: dict[str, Place]

    def save(self, folder: Path) -> None:
        told = {form: asdict(place) for form, place in self.known.items()}
        (folder / NAMES_FILE).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Names:
        told = json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))
        return cls({form: Place(**place) for form, place in told.items()})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PlaceExtractor(LearningStep):
    part_class = Names

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, part: Any = None) -> None:
        super().__init__(config, storage, resource, part)
        self.gazetteer = Gazetteer.build(part.known, config.get("tokenizers", ())) if part else None

    def learn(self, training_data: Utterances) -> Names:
        return Names(training_data.places)

    def prepare(self, message: Message) -> None:
        if self.gazetteer is None:
            return
        language = str(message.get(LANGUAGE))
        place = self.gazetteer.find(self.gazetteer.tokens(told_in(message).whole, language), language)
        message.set(PLACE, place)
        message.set(ENTITIES, entities(place), add_to_output=True)


def entities(place: Place | None) -> list[dict[str, Any]]:
    """Rasa's form; without the words themselves, which the normal form has changed."""
    if place is None:
        return []
    found = [{"entity": "region", "value": place.region}]
    return [*found, {"entity": "municipality", "value": place.nis}] if place.nis else found

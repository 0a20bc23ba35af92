"""ContentImporter: what Rasa trains on, read from content/. The only way from an editor's file to the model.

Promise: intents and rules follow from the topics and dialogue ids that content/ holds; no generated file exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file, read_yaml_file

from content.load import load_content
from content.model import TOPICS, Content
from nlu.crisis import PATTERNS, spoken
from nlu.examples import Example, examples
from nlu.pipeline.step import Utterances
from nlu.places import FILE as PLACES_FILE
from nlu.places import Place, read_names

INTENT_ACTIONS = {
    "clarify": "action_clarify",
    "crisis": "action_crisis",
    "nlu_fallback": "action_fallback",
    **dict.fromkeys(TOPICS, "action_answer"),
}
DIALOGUE_ACTIONS = {
    "talk_to_human": "action_handoff",
    "change_language": "action_change_language",
    "privacy": "action_privacy",
    "delete_my_data": "action_delete",
    "out_of_scope": "action_fallback",
    "not_understood": "action_did_not_help",
    "answer_wrong": "action_did_not_help",
    "help": "action_menu",
}
ANY_DIALOGUE_ACTION = "action_dialogue"
CRISIS_WORDS = "crisis_words.yml"


class ContentImporter(TrainingDataImporter):  # type: ignore[misc]
    """`training_data_paths` may name the content folder; `content/` otherwise."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Iterable[str] | str | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        self.config_file = config_file or "config.yml"
        self.domain_path = domain_path or "domain.yml"
        paths = [training_data_paths] if isinstance(training_data_paths, str) else list(training_data_paths or [])
        self.folder = next((Path(path) for path in paths if (Path(path) / "faq").is_dir()), Path("content"))
        self.content: Content = load_content(self.folder, cache_dir)
        self.utterances: Utterances | None = None

    @property
    def actions(self) -> dict[str, str]:
        """The action of each intent: the rules in one table."""
        dialogue = {one: DIALOGUE_ACTIONS.get(one, ANY_DIALOGUE_ACTION) for one in self.content.dialogue}
        return INTENT_ACTIONS | DIALOGUE_ACTIONS | dialogue

    def get_domain(self) -> Domain:
        told: dict[str, Any] = dict(read_yaml_file(self.domain_path))
        return Domain.from_dict(told | {"intents": sorted(self.actions), "entities": ["municipality", "region"]})

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        rules = [
            {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}
            for intent, action in sorted(self.actions.items())
        ]
        return StoryGraph(YAMLStoryReader().read_from_parsed_yaml({"version": "3.1", "rules": rules}))

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        if self.utterances is None:
            found = examples(self.content)
            self.utterances = Utterances([*found, *self.dangers()] if found else [], self.places())
        return self.utterances

    def dangers(self) -> list[Example]:
        """The phrases of the editors' two lists of dangerous words."""
        files = (PATTERNS, self.folder / CRISIS_WORDS)
        return [example for file in files if file.is_file() for example in spoken(file)]

    def places(self) -> dict[str, Place]:
        """The names of municipalities, empty when the content has no list of them."""
        return read_names(self.folder) if (self.folder / PLACES_FILE).is_file() else {}

    def get_config(self) -> dict[str, Any]:
        told: dict[str, Any] = read_config_file(self.config_file)
        return told

    def get_config_file_for_auto_config(self) -> str | None:
        return self.config_file

from pathlib import Path

from nlu.light import lighten

lighten()

# ruff: noqa: E402 - the line above must come before Rasa is imported

from nlu.importer import ContentImporter


def test_every_intent_has_one_rule_and_its_action_is_in_the_domain(small_content: Path):
    importer = ContentImporter(training_data_paths=[str(small_content)])
    domain = importer.get_domain()
    steps = importer.get_stories().story_steps
    assert {step.events[1].intent_name for step in steps} == set(domain.intents) - {
        "back", "restart", "session_start", "nlu_fallback",
    } | {"nlu_fallback"}  # fmt: skip
    assert set(importer.actions.values()) <= set(domain.action_names_or_texts)


def test_every_question_is_an_example_with_its_topic_as_intent(small_content: Path):
    data = ContentImporter(training_data_paths=[str(small_content)]).get_nlu_data()
    by_id = {example.example.id: example.get("intent") for example in data.training_examples}
    assert by_id["housing/eviction"] == "housing"
    assert by_id["crisis/medical"] == "crisis"
    assert by_id["thanks"] == "thanks"


def test_answers_and_words_of_danger_are_learnt_from_too(small_content: Path):
    texts = [example.text for example in ContentImporter(training_data_paths=[str(small_content)]).get_nlu_data().examples]
    assert "kill myself" in texts
    assert any(len(text) > 300 for text in texts)


def test_the_fingerprint_changes_with_one_question(small_content: Path, tmp_path: Path):
    first = ContentImporter(training_data_paths=[str(small_content)]).get_nlu_data().fingerprint()
    again = ContentImporter(training_data_paths=[str(small_content)]).get_nlu_data().fingerprint()
    empty = ContentImporter(training_data_paths=[str(tmp_path)]).get_nlu_data().fingerprint()
    assert first == again != empty

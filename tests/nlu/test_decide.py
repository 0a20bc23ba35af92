from nlu.decide import Thresholds, decide, in_trouble
from nlu.ranker import Ranked


def outcome(*ranked: tuple[str, float], named: str | None = None):
    return decide([Ranked(*one) for one in ranked], "nl", named, Thresholds())


def test_a_sure_entry_is_answered():
    told = outcome(("housing/lease", 0.8), ("housing/eviction", 0.1))
    assert (told.outcome, told.id) == ("answer", "housing/lease")


def test_likely_entries_are_offered():
    told = outcome(("housing/lease", 0.4), ("greet", 0.3), ("housing/eviction", 0.2))
    assert told.outcome == "clarify"
    assert [one.id for one in told.ranking] == ["housing/lease", "housing/eviction"]


def test_unlikely_entries_are_not_offered():
    assert outcome(("housing/lease", 0.1), ("housing/eviction", 0.1)).outcome == "fallback"


def test_out_of_scope_is_a_fallback_even_when_sure():
    told = outcome(("out_of_scope", 0.9), ("housing/lease", 0.1))
    assert (told.outcome, told.id) == ("fallback", "out_of_scope")


def test_a_dialogue_intent_is_one_from_its_threshold_on():
    assert outcome(("thanks", 0.6), ("housing/lease", 0.3)).outcome == "dialogue"
    assert outcome(("thanks", 0.19), ("housing/lease", 0.1)).outcome == "fallback"


def test_a_crisis_comes_before_everything_and_names_the_entry_beside_it():
    told = outcome(("thanks", 0.5), ("crisis/homeless_tonight", 0.4), ("first_steps/asylum_refused", 0.05))
    assert (told.outcome, told.crisis, told.entry) == ("crisis", "crisis/homeless_tonight", "first_steps/asylum_refused")


def test_dangers_of_several_kinds_add_up_to_one():
    told = outcome(("housing/lease", 0.6), ("crisis/violence", 0.2), ("crisis/suicide", 0.2))
    assert (told.outcome, told.crisis) == ("crisis", "crisis/violence")
    assert [one.id for one in told.ranking] == ["crisis/violence", "housing/lease"]


def test_what_only_sounds_like_a_danger_is_never_offered():
    told = outcome(("near_miss", 0.5), ("housing/lease", 0.4))
    assert [one.id for one in told.ranking] == ["housing/lease"]


def test_a_pattern_raises_a_crisis_that_the_ranker_missed():
    assert outcome(("housing/lease", 0.9), named="crisis/violence").crisis == "crisis/violence"


def test_a_crisis_that_is_not_raised_is_never_offered():
    told = outcome(("crisis/suicide", 0.09), ("housing/lease", 0.5))
    assert told.outcome == "clarify"
    assert all(not one.id.startswith("crisis/") for one in told.ranking)


def test_no_ranking_at_all_is_a_fallback():
    assert outcome().outcome == "fallback"


def test_what_went_wrong_is_marked_unless_the_entry_is_about_that():
    assert in_trouble(outcome(("housing/lease", 0.9)), True).trouble
    assert not in_trouble(outcome(("family_reunification/refused", 0.9)), True).trouble
    assert not in_trouble(outcome(("housing/lease", 0.9)), False).trouble

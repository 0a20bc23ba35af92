from pathlib import Path

import numpy as np
import pytest

from nlu.features import Features
from nlu.network import Network

TEXTS = [
    "where is the bank",
    "the bank is closed",
    "my house is cold",
    "a warm house",
    "is the bank open",
    "house with a roof",
] * 3
LABELS = ["bank", "bank", "house", "house", "bank", "house"] * 3


@pytest.fixture(scope="module")
def features() -> Features:
    return Features.fit(TEXTS)


@pytest.fixture(scope="module")
def network(features: Features) -> Network:
    return Network.fit(features.rows(TEXTS), LABELS)


def test_the_network_knows_what_it_learnt(network: Network, features: Features):
    likely = network.probabilities(features.rows(["is my bank closed", "a cold house"]))
    assert [network.labels[place] for place in likely.argmax(axis=1)] == ["bank", "house"]
    assert np.allclose(likely.sum(axis=1), 1)


def test_a_message_is_judged_the_same_alone_and_in_a_batch(network: Network, features: Features):
    together = network.probabilities(features.rows(TEXTS))
    assert np.allclose(together[3], network.probabilities(features.rows([TEXTS[3]]))[0], atol=1e-6)


def test_a_message_without_any_known_feature_is_judged_too(network: Network, features: Features):
    assert network.probabilities(features.rows([""])).shape == (1, 2)


def test_the_network_is_the_same_after_saving(network: Network, features: Features, tmp_path: Path):
    network.save(tmp_path / "network.npz")
    again = Network.load(tmp_path / "network.npz")
    rows = features.rows(TEXTS)
    assert again.labels == network.labels
    assert np.array_equal(again.probabilities(rows), network.probabilities(rows))


def test_the_same_data_give_the_same_network(network: Network, features: Features):
    assert np.array_equal(Network.fit(features.rows(TEXTS), LABELS).inner, network.inner)

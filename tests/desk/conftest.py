"""A register of cases on real Redis."""

from __future__ import annotations

import pytest

from desk.cases import Cases
from store import Redis
from vault import Vault


@pytest.fixture
def cases(redis: Redis, vault: Vault) -> Cases:
    return Cases(redis, vault)


@pytest.fixture
def hasty_cases(redis: Redis, vault: Vault) -> Cases:
    """Leases of one second."""
    return Cases(redis, vault, lease_seconds=1)

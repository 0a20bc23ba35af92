"""Words are sealed, keys rotate, pseudonyms hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from settings import Settings
from vault import Vault, VaultError, open_vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_sealed_words_open_again_and_do_not_show():
    vault = Vault(NEW)
    sealed = vault.seal("مرحبا \ud800")
    assert vault.open(sealed) == "مرحبا \ud800"
    assert "مرحبا".encode() not in sealed


def test_after_rotation_old_words_open_and_people_keep_their_pseudonym():
    before, after = Vault(OLD), Vault(f"{NEW},{OLD}")
    sealed = before.seal("words")
    assert after.open(sealed) == "words"
    assert Vault(NEW).open(after.rotate(sealed)) == "words"
    assert after.pseudonym(12345) == before.pseudonym(12345)


def test_another_key_opens_nothing():
    with pytest.raises(VaultError, match="another key"):
        Vault(NEW).open(Vault(OLD).seal("words"))


@pytest.mark.parametrize("key", ["", " , ", "short"])
def test_a_missing_or_malformed_key_is_one_clear_line(key: str):
    with pytest.raises(VaultError, match="wegwijs key"):
        Vault(key)


def test_the_key_file_is_made_once_and_readable_by_its_owner_only(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    assert open_vault(settings).open(open_vault(settings).seal("a")) == "a"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_pseudonyms_differ_by_person_and_say_nothing_of_the_chat():
    vault = Vault(NEW)
    assert vault.pseudonym(1) != vault.pseudonym(2)
    assert "12345" not in vault.pseudonym(12345)

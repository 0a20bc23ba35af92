"""Normal forms: what people type, brought to one spelling before anything is compared.

Promise: `normalise` never fails and needs not know the language; two spellings a reader would call the same come out
the same. What holds no letter comes out empty or as its digits and marks.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 4096
SENTENCE_END = re.compile(r"[.!?…؟۔።፧|\n]+")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
BASIC_PLANE = 0x10000

APOSTROPHES = "’‘‛ʼʻ`´ʹ′ʾʿ"
# Arabic, Persian and Pashto keyboards give one letter several codes; hamza is written or left out at will.
ARABIC_TWINS = {
    "ى": "ی", "ي": "ی", "ې": "ی", "ۍ": "ی", "ك": "ک", "ګ": "گ", "ڪ": "ک",
    "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ٱ": "ا", "ء": None, "ـ": None,
}  # fmt: skip
LATIN_TWINS = {"ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ґ": "г"}
# In Tigrinya ሀ and ሐ, አ and ዐ are different sounds; only these three pairs are spelt at will.
GEEZ_HOMOPHONES = {"ሠ": "ሰ", "ፀ": "ጸ", "ኀ": "ሐ"}
GEEZ_ORDERS = 7


def _table() -> dict[int, str | None]:
    """What becomes of each character after decomposition; None leaves it out."""
    table: dict[int, str | None] = {}
    for code in range(BASIC_PLANE):
        category = unicodedata.category(chr(code))
        if category in ("Cf", "Cs", "Co", "Mn", "Me"):
            table[code] = None
        elif category == "Nd" and code > 127:
            table[code] = str(unicodedata.decimal(chr(code)))
        elif category in ("Cc", "Zs", "Zl", "Zp"):
            table[code] = " "
    table[ord("\n")] = "\n"
    table.update({ord(mark): "'" for mark in APOSTROPHES})
    table.update({ord(letter): twin for letter, twin in (ARABIC_TWINS | LATIN_TWINS).items()})
    for spelt, kept in GEEZ_HOMOPHONES.items():
        table.update({ord(spelt) + order: chr(ord(kept) + order) for order in range(GEEZ_ORDERS)})
    return table


TABLE = _table()


def normalise(text: str) -> str:
    """One line in lower case without diacritics, zero-width marks or letter twins; digits of every script as 0-9."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(plain_letters(text).split())


def plain_letters(text: str) -> str:
    """The same with line breaks kept."""
    return unicodedata.normalize("NFKD", text.casefold()).translate(TABLE).lower()


def words(normal: str) -> list[str]:
    """The words of a normalised text, apostrophes inside them kept."""
    return WORD.findall(normal)


def sentences(text: str, most: int = 12) -> list[str]:
    """The normalised sentences of a text as typed; the last one holds the rest when there are more than `most`."""
    parts = [" ".join(part.split()) for part in SENTENCE_END.split(plain_letters(text[:MAX_CHARACTERS]))]
    told = [part for part in parts if WORD.search(part)]
    return told[: most - 1] + [" ".join(told[most - 1 :])] if len(told) > most else told

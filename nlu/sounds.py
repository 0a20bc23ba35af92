"""Sounds: the consonants of a word, spelt alike for all scripts: what is typed in Latin letters meets its own script.

Promise: "keraye khune", "کرایه خانه" and "krayeh khana" come out nearly the same; every text comes out as something. Vowels are
left out, because Arabic script does not write them and everybody spells them otherwise in Latin letters.
Letters that are heard as one by some (g and q, p and b) are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlu.normalise import words

CONSONANTS = {
    "B": "bpبپбпበፐጰ",
    "C": "چчቸጨ",
    "D": "dدډضдደ",
    "F": "fvفфвፈቨ",
    "H": "hxخحه57хሀሐኀ",
    "J": "jجژжږጀዠ",
    "K": "kqcgقکگغкгґ98ከኸቀቐገ",
    "L": "lلлለ",
    "M": "mمмመ",
    "N": "nنڼнነኘ",
    "R": "rرړрረ",
    "S": "sسصثцڅሰሠጸፀ",
    "T": "tتطټт6ተጠ",
    "X": "شшщښሸ",
    "Z": "zزذظځзዘ",
    "": "aeiouwyاوییعئؤەе23ийіїиеёэєаоуюяыьъ'አዐወየ",
}
TOGETHER = {
    "sch": "X", "sh": "X", "ch": "C", "kh": "H", "gh": "K", "zh": "J", "dj": "J", "dh": "Z", "th": "T", "ph": "F", "ts": "S",
}  # fmt: skip
GEEZ = range(ord("ሀ"), ord("ፘ") + 1)
GEEZ_ORDERS = 8
LETTERS = {ord(letter): sound for sound, letters in CONSONANTS.items() for letter in letters}
# A Ge'ez letter stands for a consonant with its vowel: the seven after each are the same consonant.
LETTERS |= {first + order: sound for first, sound in LETTERS.items() if first in GEEZ for order in range(GEEZ_ORDERS)}
PAIRS = re.compile("|".join(TOGETHER))
DOUBLE = re.compile(r"(.)\1+")


def sounds(word: str) -> str:
    """The consonants of a normalised word; a number stays as it is, and the breath at the end of a longer word is left out."""
    if word.isdigit():
        return word
    told = DOUBLE.sub(r"\1", PAIRS.sub(lambda found: TOGETHER[found.group()], word).translate(LETTERS))
    return told[:-1] if len(told) > 2 and told.endswith("H") else told


def sound_grams(normal: str) -> Iterator[str]:
    """Words of two consonants or more as they sound, and their pieces of three and four."""
    for told in filter(lambda one: len(one) > 1, map(sounds, words(normal))):
        yield told
        padded = f" {told} "
        for size in (3, 4):
            for start in range(len(padded) - size + 1):
                yield "~" + padded[start : start + size]


def sound_pairs(normals: Iterable[str]) -> Iterator[Iterator[str]]:
    """Neighbouring words of each text as they sound; every word is listened to once."""
    known: dict[str, str] = {}
    for normal in normals:
        told = [known.setdefault(word, known.get(word) or sounds(word)) for word in words(normal)]
        told = [one for one in told if len(one) > 1]
        yield map(" ".join, zip(told, told[1:], strict=False))

"""Places: the Belgian municipality a message names, in whatever language and script, and its region.

Promise: rather no place than a wrong one. A name that is also a common word (Mol, Forest, Namen) counts only after a word
that a place follows; a name of municipalities in two regions gives none.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from nlu.normalise import normalise

FILE = "municipalities.csv"
ANY = "xx"
SHORT = 4
WELL_KNOWN = frozenset({"gent", "genk", "luik"})
SPLIT = re.compile(r"[-'’.]+")
CYRILLIC = re.compile(r"[а-яіїєґ]+$")
ARABIC = re.compile(r"[\u0600-\u06ff ]+$")
ARABIC_BEFORE = ("ب", "ل", "و")
RUSSIAN_ENDINGS = ("а", "е", "у", "ом", "і", "ові", "я", "ю", "ем", "ем", "ы", "и", "ой", "ою")
# Common words of our languages that are also a municipality, in their normal form.
COMMON = frozenset(
    """
    balen beaumont beersel bergen beveren bouillon boussu braine clavier damme duffel essen forest vorst florennes geel
    halen halle hamme heers heist herne herve heron hoei hove jette lens lierre linter limburg limbourg malle manage
    marche meise menen menin merchtem nijlen niel perwez putte ravels rochefort roosdaal schoten silly sombreffe staden
    theux trooz vise wavre waver wellen wellin wervik zele liege lieja lüttich leau halen arel gand gante peer bever
    brujas laken stockel verlaine غنت انفرس
    """.split()
)
# So common that not even a preposition helps; only "commune de ...", "OCMW ..." does.
HARDLY_EVER = frozenset(
    "namen bergen landen celles lille nazareth leglise lierre leau as essen menen halen spa lessen limburg limbourg".split()
)
OFFICE_WORDS = frozenset("commune gemeente gemeinde ocmw cpas stad ville municipality stadhuis maison".split())
BEFORE = {
    "nl": "in te naar uit nabij bij".split(),
    "fr": "a vers".split(),
    "de": "in nach aus bei".split(),
    "en": "in at near from to".split(),
    "es": "en a de".split(),
    "ar": "في فی ب من الی بی".split(),
    "fa": "در از به تو".split(),
    "ru": "в из во".split(),
    "uk": "в у з до".split(),
    "so": "magaalada degmada".split(),
    "ku": "li ji".split(),
    "tr": [],
}
REGION_NAMES = {
    "flanders": (
        "Vlaanderen;Flandre;Flandres;Flandern;Flanders;Flandes;Flandra;Flaman bölgesi;Vlaams Gewest;Région flamande;"
        "فلاندر;فلاندرز;الفلاندر;فلاندرن;فلندر;Фландрия;Фландрія;ፍላንደርስ"
    ),
    "wallonia": (
        "Wallonië;Wallonie;Wallonien;Wallonia;Valonia;Valonya;Walonya;Waals Gewest;Région wallonne;"
        "والونيا;والونی;والون;Валлония;Валлонія;Валонія;ዋሎንያ"
    ),
    "german_community": (
        "Ostbelgien;Deutschsprachige Gemeinschaft;Communauté germanophone;Duitstalige Gemeenschap;German-speaking Community;"
        "Cantons de l'Est;Oostkantons;East Belgium"
    ),
}
BETWEEN = frozenset({"de", "d", "van", "'", "-", "la", "le"})


@dataclass(frozen=True)
class Place:
    """A municipality; `nis` is None when a name stands for several of one region, or for the region itself."""

    region: str
    nis: str | None
    name: str


def tokenizable(normal: str) -> str:
    """A normalised text with hyphens and apostrophes as blanks, so that every tokenizer cuts names alike."""
    return " ".join(SPLIT.sub(" ", normal).split())


def forms(name: str) -> Iterator[str]:
    """A name in its normal form and as grammar changes it: Cyrillic endings, Arabic prefixes."""
    normal = tokenizable(normalise(name))
    yield normal
    if CYRILLIC.search(normal):
        stem = normal[:-1] if normal[-1] in "ьаея" else normal
        yield from (stem + ending for ending in RUSSIAN_ENDINGS)
    elif ARABIC.match(normal):
        yield from (before + normal for before in ARABIC_BEFORE)


@dataclass(frozen=True)
class Gazetteer:
    """All names by their form; `matcher` finds them in a tokenised text."""

    known: Mapping[str, Place]
    matcher: PhraseMatcher
    tokenizers: Mapping[str, Language]

    @classmethod
    def build(cls, names: Mapping[str, Place], languages: Iterable[str] = ()) -> Gazetteer:
        """`languages` have spaCy tokenizers of their own; the rest share the all-purpose one."""
        tokenizers = {ANY: spacy.blank(ANY)}
        for language in languages:
            tokenizers[language] = spacy.blank(language)
        matcher = PhraseMatcher(tokenizers[ANY].vocab)
        matcher.add("place", [Doc(tokenizers[ANY].vocab, words=name.split()) for name in names])
        return cls(names, matcher, tokenizers)

    def tokens(self, normal: str, language: str) -> Doc:
        return self.tokenizers.get(language, self.tokenizers[ANY]).make_doc(tokenizable(normal))

    def find(self, tokens: Doc, language: str) -> Place | None:
        """The place of the text; none when it names places of two regions (a move from one to the other)."""
        spans = spacy.util.filter_spans([tokens[start:end] for _, start, end in self.matcher(tokens)])
        found = [span for span in spans if certain(span, language)]
        places = [self.known[span.text] for span in found]
        if not places or not one_region(places):
            return None
        return next((place for place in places if place.nis), places[0])


def certain(span: Span, language: str) -> bool:
    """Whether the words before a name leave no doubt that it is one."""
    name = span.text
    doubtful = name in COMMON or (len(name) <= SHORT and name.isascii() and name not in WELL_KNOWN)
    if not doubtful and name not in HARDLY_EVER:
        return True
    before = [token.text for token in span.doc[max(0, span.start - 3) : span.start] if token.text not in BETWEEN]
    if not before:
        return len(span.doc) == len(span) and name not in HARDLY_EVER
    if before[-1] in OFFICE_WORDS:
        return True
    return name not in HARDLY_EVER and before[-1] in BEFORE.get(language, ()) and span.doc[span.start - 1].text == before[-1]


def read_names(folder: Path) -> dict[str, Place]:
    """Every form of every name in municipalities.csv, and of the regions."""
    held: dict[str, list[Place]] = defaultdict(list)
    for region, told in REGION_NAMES.items():
        for name in told.split(";"):
            for form in forms(name):
                held[form].append(Place(region, None, name))
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = {row["name_nl"], row["name_fr"], row["name_de"], *row["also"].split(";")} - {""}
            place = Place(row["region"], row["nis"], row["name_nl"])
            for form in {form for name in names for form in forms(name)}:
                held[form].append(place)
    return {form: one_of(held[form]) for form in sorted(held) if one_region(held[form])}


def one_region(places: list[Place]) -> bool:
    return len({place.region for place in places}) == 1


def one_of(places: list[Place]) -> Place:
    return places[0] if len(places) == 1 else Place(places[0].region, None, places[0].name)

"""Reads all of content/ fast and reports every problem at once.

Promise: a broken file is left out and reported; it never takes down what runs.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import yaml

from content.model import (
    FALLBACK_LANGUAGE,
    LANGUAGES,
    TOPICS,
    Content,
    Entry,
    Problem,
    Service,
    Sites,
    Source,
    Text,
    Translation,
)

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CACHE_FORMAT = 1
Stamp = tuple[int, int]
Parsed = tuple[dict[str, Any] | None, Problem | None]
T = TypeVar("T")


def load_content(folder: Path, cache_dir: Path | None = None) -> Content:
    """Read content/ below `folder`; with `cache_dir`, files that did not change since are not parsed again."""
    documents = read_documents(folder, cache_dir)
    problems = [problem for _, problem in documents.values() if problem]
    reader = Reader({name: document for name, (document, _) in documents.items() if document is not None}, problems)
    return Content(
        entries=ordered(reader.entries("faq")),
        crises=reader.entries("crisis"),
        dialogue=reader.entries("dialogue"),
        near_misses=reader.near_misses(),
        services=reader.services(),
        sites=reader.sites(),
        problems=tuple(problems),
    )


def ordered(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Entries by topic, in the order people meet them."""
    rank = {topic: place for place, topic in enumerate(TOPICS)}
    return dict(sorted(entries.items(), key=lambda item: (rank.get(item[1].topic, len(TOPICS)), item[0])))


def source_hash(text: Text) -> str:
    """A `t` and eleven hex digits that change when the words of a source text do (not when its line breaks do).

    The letter keeps YAML from reading a hash of decimal digits as a number.
    """
    regions = [f"{name}={words}" for name, words in sorted(text.by_region.items())]
    statuses = [f"{name}={words}" for name, words in sorted(text.by_status.items())]
    parts = [text.title, text.answer, *regions, *statuses, text.goes_wrong]
    return "t" + sha256("\n".join(" ".join(part.split()) for part in parts).encode()).hexdigest()[:11]


def read_documents(folder: Path, cache_dir: Path | None) -> dict[str, Parsed]:
    """Every YAML file by its path relative to `folder`, parsed or with the problem that kept it from being parsed."""
    stamps = dict(scan(folder, ""))
    cache = cache_dir / f"content-{sha256(str(folder.resolve()).encode()).hexdigest()[:8]}.pickle" if cache_dir else None
    known = read_cache(cache) if cache else {}
    documents = {
        name: known[name][1] if name in known and known[name][0] == stamp else parse_file(folder, name)
        for name, stamp in sorted(stamps.items())
    }
    if cache and {name: stamp for name, (stamp, _) in known.items()} != stamps:
        write_cache(cache, {name: (stamps[name], parsed) for name, parsed in documents.items()})
    return documents


def scan(folder: Path, below: str) -> Iterator[tuple[str, Stamp]]:
    """Path and (modified, size) of every .yml file; os.scandir because it is four times faster than Path.rglob."""
    with os.scandir(folder / below) as found:
        for one in found:
            name = f"{below}/{one.name}".lstrip("/")
            if one.is_dir():
                yield from scan(folder, name)
            elif one.name.endswith(".yml"):
                status = one.stat()
                yield name, (status.st_mtime_ns, status.st_size)


def read_cache(path: Path) -> dict[str, tuple[Stamp, Parsed]]:
    """The cache, or nothing when it is absent, damaged or of another format. Only this program writes it."""
    try:
        stored = pickle.loads(path.read_bytes())  # noqa: S301
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, ValueError):
        return {}
    if not isinstance(stored, tuple) or len(stored) != 2 or stored[0] != CACHE_FORMAT:
        return {}
    documents: dict[str, tuple[Stamp, Parsed]] = stored[1]
    return documents


def write_cache(path: Path, documents: dict[str, tuple[Stamp, Parsed]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(pickle.dumps((CACHE_FORMAT, documents)))
    draft.replace(path)


def parse_file(folder: Path, name: str) -> Parsed:
    """One YAML mapping, or the problem with line and column."""
    try:
        document = yaml.load((folder / name).read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}" if error.problem_mark else ""
        what = f"is not YAML: {error.problem or error.context}"
        return None, Problem(name, place, what, "quote the text or indent it like its neighbours")
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        return None, Problem(name, "", f"cannot be read: {error}", "save it as UTF-8 without control characters")
    if not isinstance(document, dict):
        return None, Problem(name, "", "holds no `key: value` lines", "see content/README.md")
    return document, None


class Reader:
    """Turns parsed files into entries; what is of the wrong kind becomes a problem and is left out."""

    def __init__(self, documents: Mapping[str, dict[str, Any]], problems: list[Problem]) -> None:
        self.documents = documents
        self.problems = problems

    def entries(self, kind: str) -> dict[str, Entry]:
        folders: dict[str, dict[str, dict[str, Any]]] = {}
        for name, document in self.documents.items():
            if name.startswith(f"{kind}/") and not name.startswith("crisis/near_misses/"):
                path, _, file = name.rpartition("/")
                folders.setdefault(path, {})[file.removesuffix(".yml")] = document
        entries = (self.entry(path, files) for path, files in folders.items())
        return {entry.id: entry for entry in entries}

    def entry(self, path: str, files: Mapping[str, dict[str, Any]]) -> Entry:
        field = Fields(f"{path}/entry.yml", files.get("entry", {}), self.problems)
        field.only("source_language verified_on review_by sources unverified services related keywords")
        for name in files.keys() - {"entry", *LANGUAGES}:
            self.problems.append(Problem(f"{path}/{name}.yml", "", "is no language of ours", f"one of {' '.join(LANGUAGES)}"))
        return Entry(
            id=path if path.startswith("crisis/") else path.partition("/")[2],
            source_language=field.text("source_language") or FALLBACK_LANGUAGE,
            verified_on=field.day("verified_on"),
            review_by=field.day("review_by"),
            sources=field.each("sources", self.source),
            unverified=field.texts("unverified"),
            services=field.texts("services"),
            related=field.texts("related"),
            keywords=field.texts("keywords"),
            texts={name: self.text(path, name, files[name]) for name in LANGUAGES if name in files},
        )

    def text(self, path: str, language: str, document: dict[str, Any]) -> Text:
        field = Fields(f"{path}/{language}.yml", document, self.problems)
        field.only("title translation answer by_region by_status goes_wrong questions")
        return Text(
            language=language,
            title=field.text("title"),
            answer=field.text("answer"),
            by_region=field.mapping("by_region"),
            by_status=field.mapping("by_status"),
            goes_wrong=field.text("goes_wrong"),
            questions=field.texts("questions"),
            translation=self.translation(field),
        )

    def translation(self, parent: Fields) -> Translation | None:
        if (field := parent.below("translation")) is None:
            return None
        return Translation(field.text("of"), field.text("by"), field.text("reviewed_by"))

    def source(self, field: Fields) -> Source:
        field.only("title url read_on as_of")
        return Source(field.text("title"), field.text("url"), field.day("read_on") or date.min, field.day("as_of"))

    def near_misses(self) -> dict[str, tuple[str, ...]]:
        return {
            name.removeprefix("crisis/near_misses/").removesuffix(".yml"): Fields(name, document, self.problems).texts(
                "questions"
            )
            for name, document in self.documents.items()
            if name.startswith("crisis/near_misses/")
        }

    def sites(self) -> Sites:
        field = Fields("sites.yml", self.documents.get("sites.yml", {}), self.problems)
        field.only("official names")
        return Sites(field.texts("official"), field.mapping("names"))

    def services(self) -> dict[str, Service]:
        return {
            name.removeprefix("services/").removesuffix(".yml"): self.service(name, document)
            for name, document in self.documents.items()
            if name.startswith("services/")
        }

    def service(self, name: str, document: dict[str, Any]) -> Service:
        field = Fields(name, document, self.problems)
        field.only("name formerly does for topics regions municipalities languages contact hours source texts checked")
        texts = field.below("texts")
        translated = {code: texts.below(code) for code in LANGUAGES if texts and code in texts.document} if texts else {}
        source = field.below("source")
        return Service(
            id=name.removeprefix("services/").removesuffix(".yml"),
            name=field.text("name"),
            does={"en": field.text("does"), **{code: one.text("does") for code, one in translated.items() if one}},
            whom={"en": field.text("for"), **{code: one.text("for") for code, one in translated.items() if one}},
            formerly=field.texts("formerly"),
            topics=field.texts("topics"),
            regions=field.texts("regions"),
            municipalities=field.texts("municipalities"),
            languages=field.texts("languages"),
            contact=field.mapping("contact"),
            hours=field.text("hours"),
            source=self.source(source) if source else None,
            checked=bool(document.get("checked")),
        )


class Fields:
    """The keys of one mapping in a file, read by kind; a wrong kind is reported and read as empty."""

    def __init__(self, file: str, document: dict[str, Any], problems: list[Problem], place: str = "") -> None:
        self.file = file
        self.document = document
        self.problems = problems
        self.place = place

    def only(self, names: str) -> None:
        for key in self.document.keys() - set(names.split()):
            self.report(str(key), "is not a key of this file", f"known keys: {names}")

    def text(self, key: str) -> str:
        value = self.document.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        return self.wrong(key, "must be a text; put it in quotes", "")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.document.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            return self.wrong(key, "must be a list, one `- ` line each", ())
        strange = [place for place, one in enumerate(value, 1) if not isinstance(one, (str, int))]
        for place in strange:
            self.report(f"{key} {place}", "is not a text", "put the whole line in quotes")
        return tuple(str(one).strip() for one in value if isinstance(one, (str, int)))

    def mapping(self, key: str) -> dict[str, str]:
        below = self.below(key)
        return {str(name): below.text(name) for name in below.document} if below else {}

    def day(self, key: str) -> date | None:
        value = self.document.get(key)
        if value is None or type(value) is date:
            return value
        return self.wrong(key, "must be a date as 2026-11-22", None)

    def below(self, key: str) -> Fields | None:
        value = self.document.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            return self.wrong(key, "must hold `key: value` lines", None)
        return Fields(self.file, value, self.problems, f"{self.place}{key}.")

    def each(self, key: str, make: Callable[[Fields], T]) -> tuple[T, ...]:
        value = self.document.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            return self.wrong(key, "must be a list of `key: value` groups", ())
        return tuple(
            make(Fields(self.file, one, self.problems, f"{self.place}{key} {place}.")) for place, one in enumerate(value, 1)
        )

    def wrong(self, key: str, what: str, instead: T) -> T:
        self.report(key, what, "")
        return instead

    def report(self, key: str, what: str, mend: str) -> None:
        self.problems.append(Problem(self.file, f"{self.place}{key}", what, mend))

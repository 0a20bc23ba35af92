"""Rasa without TensorFlow: 7 seconds and 350 MB less, for a pipeline that has no neural network.

Rasa imports TensorFlow to define its own DIET and TED classes, even when config.yml names neither. Where TensorFlow is not
needed, `lighten` puts a stand-in in its place before Rasa is imported: its classes can be inherited from, and nothing in it
can be used. Promise: whoever does use it is told so by name; nothing is silently wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

HEAVY = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text", "tensorflow_addons")


class NotLoaded(RuntimeError):
    """TensorFlow was used in a process that left it out."""


class Absent(type):
    """The class of classes that exist by name only."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(f"{cls.__module__}.{name}")

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        """Decorators give back what they decorate; nothing else can be called."""
        if cls.__dict__.get("absent") and len(arguments) == 1 and callable(arguments[0]) and not options:
            return arguments[0]
        raise NotLoaded(f"{cls.__module__} is needed here: start without nlu.light")


def stand_in(name: str) -> Any:
    return Absent(name.rpartition(".")[2], (), {"__module__": name, "absent": True})


class AbsentModule(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(f"{self.__name__}.{name}")


class Finder(MetaPathFinder, Loader):
    """Answers `import tensorflow...` with an empty module."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in HEAVY else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def lighten() -> None:
    """Leave TensorFlow out of this process; call it before the first import of Rasa."""
    if "tensorflow" not in sys.modules and not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())

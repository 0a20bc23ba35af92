"""The table of the control API names every route there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Route

import sandbox
from sandbox.control import ROUTES

README = (Path(sandbox.__file__).parent / "README.md").read_text()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_route_of_the_control_api_is_in_the_readme(route: Route) -> None:
    path = re.sub(r"\{\w+(:int)?\}", "ID", route.path.removeprefix("/sandbox"))
    for method in (route.methods or set()) - {"HEAD"}:
        assert f"`{method} {path}`" in README

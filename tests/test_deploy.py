"""What cannot run here is read: manifests, compose.yml and Dockerfiles agree with the settings, the commands and each other."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.house import ROLES
from settings import Settings
from wegwijs import COMMANDS

FOLDER = Path("deploy/kubernetes")
DOCKERFILES = sorted(Path("deploy").glob("*.Dockerfile"))
COMPOSE: dict[str, Any] = yaml.safe_load(Path("compose.yml").read_text())
OWN = [path.stem for path in Path().glob("*.py")] + ["actions", "bot", "content", "desk", "nlu", "sandbox"]


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


KUSTOMIZATION = documents("kustomization.yaml")[0]
OBJECTS = [one for name in KUSTOMIZATION["resources"] for one in documents(name)]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


def patched(deployment: dict[str, Any]) -> dict[str, Any]:
    """As kustomize would make it: `add` below a parent that is there."""
    for change in documents("everywhere.yaml")[0]:
        assert change["op"] == "add"
        *way, last = change["path"].strip("/").split("/")
        place: Any = deployment
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = change["value"]
    return deployment


DEPLOYMENTS = {name: patched(one) for name, one in of_kind("Deployment").items()}


def container(name: str) -> dict[str, Any]:
    [only] = DEPLOYMENTS[name]["spec"]["template"]["spec"]["containers"]
    return dict(only)


def ports(name: str) -> dict[str, int]:
    return {one["name"]: one["containerPort"] for one in container(name)["ports"]}


def test_every_manifest_is_listed():
    written = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "everywhere.yaml"}
    assert written == set(KUSTOMIZATION["resources"])
    assert [one["path"] for one in KUSTOMIZATION["patches"]] == ["everywhere.yaml"]


def test_every_setting_that_is_given_is_one_and_has_a_value_that_is_read():
    given = of_kind("ConfigMap")["wegwijs"]["data"]
    secret = {"TELEGRAM_TOKEN": "1:a", "WEGWIJS_KEY": "key", "REDIS_URL": "redis+cluster://redis:6379"}
    assert all(isinstance(value, str) for value in given.values())
    settings = Settings.from_environment({**given, **secret})
    assert (settings.rasa_port, settings.actions_port) == (ports("rasa")["http"], ports("actions")["http"])
    assert settings.rasa_url == f"http://rasa:{settings.rasa_port}" and settings.secure_cookies
    for name in secret:
        assert name in (FOLDER / "kustomization.yaml").read_text()


@pytest.mark.parametrize("name", ["receiver", "worker", "sender", "desk", "actions", "rasa"])
def test_a_process_is_the_one_of_compose_with_its_own_ports(name: str):
    service, here = COMPOSE["services"][name], container(name)
    assert here["image"] == service["image"]
    assert here["args"] == service["command"]
    assert here["args"][0] in COMMANDS
    known = Settings()
    expected = {
        "receiver": {"webhook": known.webhook_port, "health": known.bot_health_port},
        "desk": {"pages": known.desk_port, "health": known.desk_health_port},
        "actions": {"http": known.actions_port},
        "rasa": {"http": known.rasa_port},
    }
    assert ports(name) == expected.get(name, {"health": known.bot_health_port})


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_process_is_watched_at_its_health_pages(name: str):
    here, template = container(name), DEPLOYMENTS[name]["spec"]["template"]
    for probe in ("livenessProbe", "readinessProbe"):
        asked = here[probe]["httpGet"]
        assert asked["path"] in ("/healthz", "/readyz") and asked["port"] in ports(name)
    assert here["livenessProbe"]["httpGet"]["path"] == "/healthz"
    scraped = template["metadata"]["annotations"]["prometheus.io/port"]
    assert int(scraped) == ports(name).get("health", ports(name).get("http"))
    assert template["metadata"]["labels"] == DEPLOYMENTS[name]["spec"]["selector"]["matchLabels"] == {"app": name}


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_process_is_nobody_and_writes_nothing_but_scratch(name: str):
    pod, here = DEPLOYMENTS[name]["spec"]["template"]["spec"], container(name)
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    assert pod["automountServiceAccountToken"] is False
    assert here["securityContext"]["readOnlyRootFilesystem"] and not here["securityContext"]["allowPrivilegeEscalation"]
    assert here["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {one["name"] for one in here["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    assert "memory" in here["resources"]["limits"] and "cpu" in here["resources"]["requests"]


def test_workers_and_rasa_grow_by_themselves_and_no_further_than_there_is_work():
    scaled = of_kind("HorizontalPodAutoscaler")
    assert set(scaled) == {"worker", "rasa"}
    for name, one in scaled.items():
        assert one["spec"]["scaleTargetRef"]["name"] == name in DEPLOYMENTS
    partitions = int(of_kind("ConfigMap")["wegwijs"]["data"]["WEGWIJS_INBOX_PARTITIONS"])
    assert scaled["worker"]["spec"]["maxReplicas"] <= partitions


def test_services_and_the_way_in_lead_to_ports_that_are_there():
    for name, service in of_kind("Service").items():
        for port in service["spec"]["ports"]:
            assert ports(service["spec"]["selector"]["app"])[port["targetPort"]] == port["port"], name
    for rule in of_kind("Ingress")["doors"]["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            assert backend["port"]["name"] in [one["name"] for one in of_kind("Service")[backend["name"]]["spec"]["ports"]]


def test_from_outside_only_webhook_and_desk_are_reached():
    policy = of_kind("NetworkPolicy")
    assert policy["within"]["spec"]["podSelector"] == {}
    assert policy["doors"]["spec"]["podSelector"]["matchExpressions"][0]["values"] == ["receiver", "desk"]
    opened = {port["port"] for rule in policy["doors"]["spec"]["ingress"] for port in rule["ports"]}
    assert opened == {Settings().webhook_port, Settings().desk_port}


def test_compose_gives_known_settings_runs_known_commands_and_publishes_on_loopback_only():
    for name, service in COMPOSE["services"].items():
        if name == "redis":
            continue
        Settings.from_environment({key: str(value) for key, value in service["environment"].items()})
        assert service["command"][0] in COMMANDS and service["read_only"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        if "--only" in service["command"]:
            assert service["command"][-1] in ROLES
        assert Path(service["build"]["dockerfile"]) in DOCKERFILES


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_an_image_has_fixed_parts_and_no_root(path: Path):
    text = path.read_text()
    assert re.search(r"^FROM \S+:\d", text, re.M) and ":latest" not in text
    assert "--require-hashes" in text and "USER 10001" in text and text.index("USER") < text.index("ENTRYPOINT")
    assert "ADD " not in text and "apt-get" not in text


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_an_image_holds_every_module_that_its_processes_import(path: Path):
    copied = [one for line in re.findall(r"^COPY (.+) \S+$", path.read_text(), re.M) for one in line.split()]
    assert all(Path(one).exists() for one in copied)
    held = {Path(one).stem for one in copied}
    for module in held - {"run"}:  # `wegwijs run` is for one machine
        for source in [Path(f"{module}.py"), *Path(module).rglob("*.py")]:
            if source.exists():
                missing = {name for name in imported(source) if name in OWN} - held
                assert not missing, f"{path}: {source} imports {missing}"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}

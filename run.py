"""Run: all processes on one machine, watched by supervisord.

Promise: a process that dies is started again; Ctrl-C ends them all; what is missing is said in one line before anything starts.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
from cryptography.fernet import Fernet
from rich.console import Console

from sandbox.serving import serve
from settings import Settings, SettingsError
from store import server_command
from vault import open_vault

READY_SECONDS = 90
STOP_SECONDS = 15
console = Console(stderr=True)


@dataclass(frozen=True)
class Process:
    """One supervised process: its `wegwijs` arguments, and how to see that it is ready."""

    name: str
    arguments: tuple[str, ...]
    ready: Callable[[], bool]
    port: int | None = None
    setting: str = ""


@click.command()
@click.option("--train/--no-train", default=True, help="Train first when content changed since the last training.")
def run(train: bool) -> None:
    """Start Redis, actions, Rasa, bot, desk and, without TELEGRAM_TOKEN, the sandbox."""
    settings = Settings.from_environment()
    processes = plan(settings)
    check_ports(processes)
    open_vault(settings)
    if train:
        subprocess.run([*wegwijs(), "train"], check=True)
    began = time.monotonic()
    supervisor = subprocess.Popen([*supervisord(), "--nodaemon", "--silent", "-c", str(write_config(settings, processes))])
    signal.signal(signal.SIGTERM, lambda *_: stop(supervisor))
    try:
        wait_until_ready(processes, supervisor)
        console.print(f"Ready after {time.monotonic() - began:.0f} s.")
        print_addresses(settings)
        supervisor.wait()
    except KeyboardInterrupt:
        stop(supervisor)
    sys.exit(1 if supervisor.returncode else 0)


@click.command()
def redis() -> None:
    """Start a Redis server for these settings in the foreground."""
    command = server_command(Settings.from_environment())
    os.execv(command[0], command)  # noqa: S606


@click.command()
def sandbox() -> None:
    """Start the stand-in for Telegram with its chat page."""
    settings = Settings.from_environment()
    serve(settings.sandbox_port, settings.token)


@click.command()
def key() -> None:
    """Print a new key; `wegwijs keys` changes one that is in use."""
    click.echo(Fernet.generate_key().decode())


def plan(settings: Settings) -> list[Process]:
    """The processes in the order in which they start."""
    processes = []
    if not settings.redis_url:
        listens = listening(settings.redis_port)
        processes.append(Process("redis", ("redis",), listens, settings.redis_port, "WEGWIJS_REDIS_PORT"))
    actions = answers(f"{settings.actions_address}/health")
    processes.append(Process("actions", ("actions",), actions, settings.actions_port, "WEGWIJS_ACTIONS_PORT"))
    processes.append(
        Process("rasa", ("rasa",), answers(f"{settings.rasa_addresses[0]}/"), settings.rasa_port, "WEGWIJS_RASA_PORT")
    )
    if settings.in_sandbox:
        page = answers(f"http://127.0.0.1:{settings.sandbox_port}/")
        processes.append(Process("sandbox", ("sandbox",), page, settings.sandbox_port, "WEGWIJS_SANDBOX_PORT"))
    desk = answers(f"http://127.0.0.1:{settings.desk_port}/healthz")
    processes.append(Process("desk", ("desk",), desk, settings.desk_port, "WEGWIJS_DESK_PORT"))
    port = settings.bot_health_port
    ready = answers(f"http://127.0.0.1:{port}/healthz") if port else lambda: True
    processes.append(Process("bot", ("bot",), ready, port or None, "WEGWIJS_BOT_HEALTH_PORT"))
    return processes


def check_ports(processes: list[Process]) -> None:
    for process in processes:
        if process.port and listening(process.port)():
            raise SettingsError(f"port {process.port} is taken; free it or set {process.setting} to another port")


def listening(port: int) -> Callable[[], bool]:
    def check() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return check


def answers(address: str) -> Callable[[], bool]:
    def check() -> bool:
        try:
            return httpx.get(address, timeout=1.0).status_code < 500
        except httpx.HTTPError:
            return False

    return check


def wegwijs() -> list[str]:
    return [sys.executable, "-m", "wegwijs"]


def supervisord() -> list[str]:
    return [sys.executable, "-m", "supervisor.supervisord"]


def write_config(settings: Settings, processes: list[Process]) -> Path:
    """supervisord.conf in the data folder: each process restarted when it dies, logs to one file each."""
    folder = settings.data_dir.resolve()
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = ["[supervisord]", f"logfile={logs}/supervisord.log", f"pidfile={folder}/supervisord.pid", "loglevel=warn"]
    if os.getuid() == 0:
        lines.append("user=root")
    lines.append("")
    for priority, process in enumerate(processes, 1):
        lines += [
            f"[program:{process.name}]",
            "command=" + " ".join([*wegwijs(), *process.arguments]),
            f"priority={priority}",
            "autorestart=true",
            "startsecs=0",
            "startretries=1000",
            f"stopwaitsecs={STOP_SECONDS - 5}",
            "stopasgroup=true",
            "killasgroup=true",
            f"stdout_logfile={logs}/{process.name}.log",
            "stdout_logfile_maxbytes=5MB",
            "redirect_stderr=true",
            "",
        ]
    path = folder / "supervisord.conf"
    path.write_text("\n".join(lines))
    return path


def wait_until_ready(processes: list[Process], supervisor: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_SECONDS
    waiting = list(processes)
    with console.status("") as status:
        while waiting:
            waiting = [process for process in waiting if not process.ready()]
            status.update("Starting " + ", ".join(process.name for process in waiting))
            if supervisor.poll() is not None:
                raise SettingsError("supervisord ended; see the logs in the data folder")
            if time.monotonic() > end:
                stop(supervisor)
                names = ", ".join(process.name for process in waiting)
                raise SettingsError(f"{names} not ready after {READY_SECONDS} s; see the logs in the data folder")
            time.sleep(0.2)


def stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is None:
        supervisor.terminate()
        supervisor.wait(STOP_SECONDS)


def print_addresses(settings: Settings) -> None:
    demo = settings.data_dir / "demo-caseworker"
    if settings.in_sandbox:
        console.print(f"  Chat (sandbox, not Telegram):  http://127.0.0.1:{settings.sandbox_port}/")
    else:
        console.print("  Chat: your bot on Telegram")
    console.print(f"  Desk:                          http://127.0.0.1:{settings.desk_port}/")
    if settings.in_sandbox and demo.exists():
        console.print(f"  Demo caseworker:               {demo.read_text().strip()}")
    console.print("Ctrl-C ends it all.")

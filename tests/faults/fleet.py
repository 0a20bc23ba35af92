"""Fleet: every process of Wegwijs for real, two workers among them, with a link before each that others talk to.

The supervisor of `wegwijs run` starts them again when they are killed. Redis and the sandbox (which is Telegram, and no part
of what is tested) are the test's own children, so that Redis can be taken away for longer than a moment.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from run import Process, plan, supervisord, wait_until_ready, wegwijs, write_config
from settings import Settings
from store import password
from tests.conftest import free_port, wait_for_port
from tests.faults.links import Link, links
from tests.journeys.conftest import Running, descendants, on_free_ports

# Names as they stand in the command line; "work" runs twice.
KILLED = ("work", "send", "receive", "desk", "redis", "actions", "work", "rasa")
AGAIN_SECONDS = 0.05
ALWAYS = "Mon-Sun 00:00-23:59"


@dataclass
class Fleet:
    """`direct` are settings that lead past the links, for the test's own look into Redis."""

    running: Running
    direct: Settings
    links: dict[str, Link]
    redis: subprocess.Popen[bytes]
    sandbox: str

    async def kill(self, name: str) -> None:
        """kill -9; it is started again at once."""
        if name == "redis":
            self.stop_redis()
            return self.start_redis()
        while True:
            try:
                return self.running.kill(name)
            except (AssertionError, OSError):
                await asyncio.sleep(AGAIN_SECONDS)  # it has only just died, and is not there yet

    def pids(self) -> dict[str, int]:
        return {name: self.running.process(name) for name in ("receive", "send", "desk", "actions", "rasa", "work")}

    def stop_redis(self) -> None:
        self.redis.send_signal(signal.SIGKILL)
        self.redis.wait()

    def start_redis(self) -> None:
        """On the files that the last one left."""
        self.redis = start("redis", self.direct)
        wait_for_port(self.direct.redis_port)


@contextmanager
def fleet(folder: Path, webhook: bool = False) -> Iterator[Fleet]:
    """With `webhook` Telegram brings the updates, over a link of their own; without, the bot polls."""
    direct = on_free_ports(
        folder, opening_hours=ALWAYS, sends_per_second=1000.0, sends_per_second_per_chat=50.0, webhook_port=free_port()
    )
    ports = {"redis": direct.redis_port, "rasa": direct.rasa_port, "actions": direct.actions_port}
    ports |= {"webhook": direct.webhook_port} if webhook else {}
    with links({**ports, "telegram": direct.sandbox_port}) as lines:
        redis, sandbox = start("redis", direct), start("sandbox", direct)
        wait_for_port(direct.redis_port)
        wait_for_port(direct.sandbox_port)
        through = behind(direct, lines)
        processes = [*(one for one in plan(through) if one.name not in ("sandbox", "bot")), *bots()]
        config = str(write_config(through, processes))
        supervisor = subprocess.Popen(
            [*supervisord(), "--nodaemon", "--silent", "-c", config], env={**os.environ, **through.environment()}
        )
        one = Fleet(
            Running(through, supervisor, folder / "printed"), direct, lines, redis, f"http://127.0.0.1:{direct.sandbox_port}"
        )
        try:
            wait_until_ready(processes, supervisor)
            yield one
        finally:
            everybody = [supervisor.pid, *descendants(supervisor.pid), one.redis.pid, sandbox.pid]
            for pid in everybody:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for process in (supervisor, one.redis, sandbox):
                process.wait()


def bots() -> list[Process]:
    roles = {"receive": "receive", "work": "work", "work-2": "work", "send": "send"}
    return [Process(name, ("bot", "--only", role), lambda: True) for name, role in roles.items()]


def behind(direct: Settings, lines: dict[str, Link]) -> Settings:
    """The same processes, each reaching the others through a link."""
    secret = password(direct.data_dir / "redis")
    return replace(
        direct,
        redis_url=f"redis://:{secret}@127.0.0.1:{lines['redis'].port}/0",
        rasa_url=f"http://127.0.0.1:{lines['rasa'].port}",
        actions_url=f"http://127.0.0.1:{lines['actions'].port}",
        sandbox_port=lines["telegram"].port,
        webhook_url=f"http://127.0.0.1:{lines['webhook'].port}" if "webhook" in lines else "",
    )


def start(name: str, settings: Settings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **settings.environment()}
    return subprocess.Popen([*wegwijs(), name], env=environment, stdout=subprocess.DEVNULL)

"""Cluster: a client of a Redis Cluster that behaves as the one of a single server.

Promise: our code does not know which of the two it talks to. What one transaction or script touches lies under one hash tag;
here that is made use of, and checked by the servers themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from hashlib import sha1
from typing import Any

from redis.asyncio import cluster
from redis.asyncio.cluster import PipelineCommand
from redis.exceptions import AskError, ClusterDownError, MovedError, RedisClusterException, SlotNotCoveredError, TryAgainError
from redis.exceptions import ConnectionError as RedisConnectionError

# Their types leave out what a subclass needs.
RedisCluster: Any = cluster.RedisCluster
ClusterPipeline: Any = cluster.ClusterPipeline

TRIES = 4
BETWEEN_TRIES_SECONDS = 0.25
ELSEWHERE = (MovedError, AskError, TryAgainError, ClusterDownError)


class ClusterRedis(RedisCluster):  # type: ignore[misc]
    """redis-py's client with transactions, scripts in pipelines, and errors of the kind that our code waits out."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sources: dict[str, str] = {}

    async def initialize(self) -> ClusterRedis:
        try:
            await super().initialize()
        except RedisClusterException as error:
            raise RedisConnectionError(str(error)) from error
        return self

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        try:
            return await super().execute_command(*arguments, **options)
        except SlotNotCoveredError as error:
            raise RedisConnectionError(str(error)) from error

    def register_script(self, script: str) -> Any:
        self.sources[sha1(script.encode(), usedforsecurity=False).hexdigest()] = script
        return super().register_script(script)

    def pipeline(self, transaction: bool | None = None, shard_hint: Any = None) -> Batch:
        return Batch(self, bool(transaction))

    async def close(self, close_connection_pool: bool | None = None) -> None:
        await super().close()

    async def _determine_slot(self, command: str, *arguments: Any) -> int:
        # redis-py would ask a server where the key stands, before each read; of a subcommand it does not know.
        if command == "XREADGROUP":
            return int(self.keyslot(arguments[arguments.index(b"STREAMS") + 1]))
        if command.startswith(("XGROUP", "XINFO")):
            return int(self.keyslot(arguments[0]))
        return int(await super()._determine_slot(command, *arguments))


class Batch(ClusterPipeline):  # type: ignore[misc]
    """Commands for any nodes at once; as a transaction, for the one node that has the keys."""

    _command_stack: list[Any]

    def __init__(self, client: ClusterRedis, transaction: bool) -> None:
        super().__init__(client)
        self.cluster = client
        self.transaction = transaction

    def __await__(self) -> Generator[Any, None, Batch]:
        """A queued command is awaited like one that is sent; redis-py's own would empty the queue."""

        async def itself() -> Batch:
            return self

        return itself().__await__()

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Batch:
        """The whole script: not every node has seen it."""
        self.execute_command("EVAL", self.cluster.sources[sha], numkeys, *keys_and_args)
        return self

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        try:
            if self.transaction and self._command_stack:
                return await self.in_one_step()
            return list(await super().execute(raise_on_error, allow_redirections))
        except SlotNotCoveredError as error:
            raise RedisConnectionError(str(error)) from error
        finally:
            self._command_stack = []

    async def in_one_step(self) -> list[Any]:
        asked = [command.args for command in self._command_stack]
        for _ in range(TRIES):
            await self.cluster.initialize()
            [node] = await self.cluster._determine_nodes(*asked[0])
            commands = [PipelineCommand(place, *one) for place, one in enumerate([("MULTI",), *asked, ("EXEC",)])]
            await node.execute_pipeline(commands)
            if not any(isinstance(command.result, ELSEWHERE) for command in commands):
                break
            # The keys have moved, and nothing was done: learn where they are.
            await self.cluster.close()
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)
        done: Any = commands[-1].result
        if isinstance(done, RedisConnectionError):
            await self.cluster.close()
        if isinstance(done, Exception):
            raise done
        return list(done)

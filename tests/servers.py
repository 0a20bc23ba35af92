"""Redis as it stands in growth: a cluster of three, a master with a replica and a sentinel, TLS in front. All on loopback."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from redis.exceptions import RedisError

from store import find_server

PASSWORD = "a password with @ : and /"
NODES = 3
SLOTS = 16384
READY_SECONDS = 20


def start(folder: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    fixed = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--loglevel", "warning"]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([find_server(), *fixed, *options], stdout=log, stderr=log)


def ask(port: int, *command: str, password: str | None = None) -> Any:
    with Redis(port=port, password=password, socket_timeout=5) as client:
        return client.execute_command(*command)


def until(condition: Any, seconds: float = READY_SECONDS) -> Any:
    """What the condition gives, once it is true; a server that does not answer yet counts as false."""
    end = time.monotonic() + seconds
    while True:
        with suppress(RedisError, OSError):
            if found := condition():
                return found
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@contextmanager
def ending(processes: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait(10)


@contextmanager
def cluster(folder: Path, free_port: Any) -> Iterator[str]:
    """Three nodes that share all slots; yields a REDIS_URL that names one of them."""
    ports = [free_port() for _ in range(NODES)]
    buses = [free_port() for _ in range(NODES)]
    secret = ["--requirepass", PASSWORD, "--masterauth", PASSWORD, "--appendonly", "yes", "--save", ""]
    processes = [
        start(
            folder / str(port), port, "--cluster-enabled", "yes", "--cluster-port", str(bus), "--cluster-node-timeout", "3000",
            *secret,
        )
        for port, bus in zip(ports, buses, strict=True)
    ]  # fmt: skip
    with ending(processes):
        for place, port in enumerate(ports):
            until(lambda port=port: ask(port, "PING", password=PASSWORD))
            first, last = SLOTS * place // NODES, SLOTS * (place + 1) // NODES - 1
            ask(port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(last), password=PASSWORD)
        for port, bus in zip(ports[1:], buses[1:], strict=True):
            ask(ports[0], "CLUSTER", "MEET", "127.0.0.1", str(port), str(bus), password=PASSWORD)
        for port in ports:
            until(lambda port=port: is_whole(port))
        yield f"redis+cluster://:{quoted(PASSWORD)}@127.0.0.1:{ports[0]}"


def is_whole(port: int) -> bool:
    told = ask(port, "CLUSTER", "INFO", password=PASSWORD).decode()
    return "cluster_state:ok" in told and f"cluster_known_nodes:{NODES}\r" in told


@dataclass
class Watched:
    """A master, its replica, the sentinel's REDIS_URL."""

    url: str
    ports: tuple[int, int]
    sentinel: int
    master: subprocess.Popen[bytes]


@contextmanager
def watched(folder: Path, free_port: Any) -> Iterator[Watched]:
    """One sentinel that is its own majority and gives a master up after a second."""
    first, second, sentinel = free_port(), free_port(), free_port()
    secret = ["--requirepass", PASSWORD, "--masterauth", PASSWORD, "--appendonly", "yes", "--save", ""]
    master = start(folder / "first", first, *secret)
    replica = start(folder / "second", second, *secret, "--replicaof", f"127.0.0.1 {first}")
    config = folder / "sentinel.conf"
    config.write_text(
        f"port {sentinel}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor cases 127.0.0.1 {first} 1\n"
        f'sentinel auth-pass cases "{PASSWORD}"\nsentinel down-after-milliseconds cases 1000\n'
        "sentinel failover-timeout cases 5000\nloglevel warning\n"
    )
    with ending([master, replica]):
        until(lambda: ask(second, "INFO", password=PASSWORD)["master_link_status"] == "up")
        with (folder / "sentinel.log").open("ab") as log:
            watcher = subprocess.Popen([find_server(), str(config), "--sentinel"], stdout=log, stderr=log)
        with ending([watcher]):
            until(lambda: ask(sentinel, "SENTINEL", "REPLICAS", "cases"))
            yield Watched(f"redis+sentinel://:{quoted(PASSWORD)}@127.0.0.1:{sentinel}/cases", (first, second), sentinel, master)


def quoted(secret: str) -> str:
    return secret.replace("@", "%40").replace(":", "%3A").replace("/", "%2F").replace(" ", "%20")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "tls.pem", folder / "tls.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kind = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))
    return public, private


@asynccontextmanager
async def behind_tls(folder: Path, port: int) -> AsyncIterator[tuple[int, Path]]:
    """TLS in front of a server, as a managed Redis has it; the port, and the certificate to trust."""
    public, private = certificate(folder)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                writer.write(some)
                await writer.drain()
        writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, back), carry(to, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], public
    finally:
        server.close()

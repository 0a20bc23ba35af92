"""`python -m sandbox [PORT]`: the sandbox by itself."""

from __future__ import annotations

import argparse
import sys

from sandbox.app import DEFAULT_TOKEN
from sandbox.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A sandbox, not Telegram.")
    parser.add_argument("port", nargs="?", type=int, default=8081)
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args()
    sys.stdout.write(f"Chat page: http://{given.host}:{given.port}/   bot token: {given.token}\n")
    serve(given.port, given.token, given.host)


if __name__ == "__main__":
    main()

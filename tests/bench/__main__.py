"""`make bench`: speed and memory beside the peers, in one run on one machine. It prints; it never fails a bar by itself.

python -m tests.bench [turns] [understanding] [cases] [desk] [load] [--without-stock]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import cases, desk, load, stock, turns, understanding
from tests.bench.figure import Figure

PARTS = {
    "turns": turns.measure,
    "understanding": understanding.measure,
    "cases": cases.measure,
    "desk": desk.measure,
    "load": load.measure,
}
console = Console()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--without-stock", action="store_true", help="leave out stock Rasa (it trains for minutes)")
    options = parser.parse_args()
    table = Table("figure", "ours", "peer", "bar", "")
    with tempfile.TemporaryDirectory() as folder:
        for part in options.parts or PARTS:
            console.print(f"measuring {part} ...")
            for figure in asyncio.run(PARTS[part](Path(folder))):
                add(table, figure)
        if not options.without_stock:
            console.print("measuring stock Rasa (trains DIET first) ...")
            for figure in asyncio.run(stock.measure(Path(folder))):
                add(table, figure)
    console.print(table)


def add(table: Table, figure: Figure) -> None:
    mark = "" if figure.reached is None else ("[green]reached[/]" if figure.reached else "[red]missed[/]")
    table.add_row(figure.name, figure.ours, figure.peer, figure.bar, mark)


if __name__ == "__main__":
    main()

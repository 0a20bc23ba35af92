"""The report of an evaluation as one HTML page: tables by language and style, confused pairs, calibration, thresholds.

Promise: the page needs nothing else, no script and no network; it holds the messages of the evaluation files only.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import click
from rich.console import Console

from content.load import load_content
from nlu.against import against_stock, lines
from nlu.decide import CRISIS, DIALOGUE
from nlu.evaluate import FIGURES, Figures, Read, as_table, dropped, entry, evaluate, measure, read_cases
from nlu.examples import is_entry
from settings import Settings

BINS = 10
PAIRS, EXAMPLES = 40, 3
WIDTH, HEIGHT = 420, 260
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b2733 }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .2rem .6rem; text-align: right }
th:first-child, td:first-child { text-align: left } tr:nth-child(even) { background: #f2f5f8 }
tr:last-child { font-weight: 600 }
.pairs td { text-align: start; vertical-align: top } .pairs tr:last-child { font-weight: 400 }
svg text { font-size: 11px; fill: #445 } svg { margin-right: 2rem }
"""


@dataclass(frozen=True)
class Point:
    """Shares between 0 and 1."""

    x: float
    y: float


def report(settings: Settings, files: Sequence[Path], as_json: bool, html: Path | None, floor: Path | None) -> None:
    """Read all cases with the trained model, print the figures, write the page, and hold them against the floor."""
    reads = evaluate(settings, files)
    figures = measure(reads)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        Console().print(as_table(figures, len(reads)))
    if html:
        html.write_text(page(reads), encoding="utf-8")
    if floor and (lines := dropped(figures, json.loads(floor.read_text(encoding="utf-8")))):
        raise click.ClickException("\n".join([f"worse than in {floor}:", *lines]))


def report_against(settings: Settings, files: Sequence[Path], epochs: int) -> None:
    """Print ours and stock Rasa side by side."""
    cases = [case for file in files for case in read_cases(file)]
    for line in lines(against_stock(load_content(settings.content_dir, settings.cache_dir), cases, epochs)):
        click.echo(line)


def page(reads: Sequence[Read]) -> str:
    """The whole page."""
    asked = [read for read in reads if entry(read) and read.told.outcome not in (CRISIS, DIALOGUE)]
    parts = [
        f"<h1>Understanding: {len(reads)} messages</h1>",
        "<h2>By language</h2>" + table(measure(reads)),
        "<h2>By style</h2>" + table(measure(reads, "style")),
        f"<h2>Calibration: expected error {100 * calibration_error(asked):.1f} points</h2>",
        "<p>How often the first entry is right, by the probability it was given.</p>" + plot(calibration(asked)),
        "<h2>Threshold of an answer</h2>",
        "<p>Answered at once (across) and answered wrongly (up, tenfold), thresholds 0.95 to 0.3.</p>" + plot(trade_off(asked)),
        "<h2>Confused entries</h2>" + pairs(reads),
    ]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Understanding</title><style>{STYLE}</style>'
    return head + "\n".join(parts) + "</html>\n"


def table(figures: Figures) -> str:
    head = "".join(f"<th>{escape(figure.title)}</th>" for figure in FIGURES)
    rows = []
    for name, told in figures.items():
        values = (told[figure.name] for figure in FIGURES)
        cells = "".join(f"<td>{'-' if value is None else f'{100 * value:.1f}'}</td>" for value in values)
        rows.append(f"<tr><td>{escape(name or '?')}</td>{cells}</tr>")
    return f"<table><tr><th></th>{head}</tr>{''.join(rows)}</table>"


def surest(read: Read) -> tuple[str, float]:
    """The first entry and its probability."""
    return next(((one.id, one.confidence) for one in read.told.ranking if is_entry(one.id)), ("", 0.0))


def in_bins(reads: Sequence[Read]) -> list[list[tuple[float, bool]]]:
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for read in reads:
        first, confidence = surest(read)
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, first == read.case.id))
    return [one for one in bins if one]


def calibration(reads: Sequence[Read]) -> list[Point]:
    """For each tenth of probability: its mean, and the share that was right."""
    return [Point(mean(told for told, _ in one), mean(right for _, right in one)) for one in in_bins(reads)]


def calibration_error(reads: Sequence[Read]) -> float:
    """Expected calibration error: the gap between probability and truth, weighted by messages (Naeini et al. 2015)."""
    bins = in_bins(reads)
    gaps = (len(one) * abs(mean(told for told, _ in one) - mean(right for _, right in one)) for one in bins)
    return sum(gaps) / max(1, len(reads))


def trade_off(reads: Sequence[Read]) -> list[Point]:
    points = []
    for threshold in (place / 20 for place in range(19, 5, -1)):
        answered = [read for read in reads if surest(read)[1] >= threshold]
        wrong = sum(surest(read)[0] != read.case.id for read in answered)
        points.append(Point(len(answered) / max(1, len(reads)), min(1.0, 10 * wrong / max(1, len(reads)))))
    return points


def mean(values: Iterable[float]) -> float:
    told = list(values)
    return sum(told) / max(1, len(told))


def plot(points: Sequence[Point]) -> str:
    """A line through the points in a square from 0 to 1, with the diagonal."""
    line = " ".join(f"{point.x * WIDTH:.0f},{(1 - point.y) * HEIGHT:.0f}" for point in points)
    dots = "".join(f'<circle cx="{p.x * WIDTH:.0f}" cy="{(1 - p.y) * HEIGHT:.0f}" r="4" fill="#0b6"/>' for p in points)
    ticks = "".join(
        f'<text x="{share * WIDTH:.0f}" y="{HEIGHT + 14}">{share:g}</text>'
        f'<text x="-26" y="{(1 - share) * HEIGHT:.0f}">{share:g}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg viewBox="-30 -10 {WIDTH + 60} {HEIGHT + 30}" width="{WIDTH + 60}" role="img">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fafbfc" stroke="#ccd"/>'
        f'<path d="M0 {HEIGHT} L{WIDTH} 0" stroke="#ccd" stroke-dasharray="4"/>'
        f'<polyline points="{line}" fill="none" stroke="#0b6" stroke-width="2"/>{dots}{ticks}</svg>'
    )


def pairs(reads: Sequence[Read]) -> str:
    """The entries most often taken for one another, with messages."""
    confused: dict[tuple[str, str], list[Read]] = defaultdict(list)
    for read in reads:
        first = surest(read)[0]
        if entry(read) and first and first != read.case.id:
            confused[read.case.id, first].append(read)
    rows = []
    for (meant, taken), held in sorted(confused.items(), key=lambda item: -len(item[1]))[:PAIRS]:
        said = "<br>".join(f'<span dir="auto">{escape(read.case.text)}</span>' for read in held[:EXAMPLES])
        rows.append(f"<tr><td>{len(held)}</td><td>{escape(meant)}</td><td>{escape(taken)}</td><td>{said}</td></tr>")
    head = "<tr><th></th><th>meant</th><th>taken for</th><th>messages</th></tr>"
    return f'<table class="pairs">{head}{"".join(rows)}</table>'

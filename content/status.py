"""Status: where each entry stands in each language."""

from __future__ import annotations

from collections import Counter
from datetime import date
from html import escape

from rich.table import Table

from content.load import source_hash
from content.model import LANGUAGES, Content, Entry

MARKS = {"complete": "●", "unreviewed": "○", "outdated": "!", "few questions": "?", "missing": "·"}
STYLES = {"complete": "green", "unreviewed": "cyan", "outdated": "red", "few questions": "yellow", "missing": "dim"}
QUESTIONS_WANTED = 40


def state(entry: Entry, language: str) -> str:
    """complete, unreviewed, outdated, few questions or missing."""
    text = entry.texts.get(language)
    if text is None or not text.answer:
        return "missing"
    if text.translation and entry.source_text and text.translation.of != source_hash(entry.source_text):
        return "outdated"
    if len(text.questions) < QUESTIONS_WANTED:
        return "few questions"
    if text.unreviewed:
        return "unreviewed"
    return "complete"


def as_table(content: Content) -> Table:
    """The table for the terminal, with the sums by language in its last row."""
    legend = "  ".join(f"[{STYLES[name]}]{mark}[/] {name}" for name, mark in MARKS.items())
    table = Table("entry", *LANGUAGES, "review by", caption=legend, pad_edge=False)
    today = date.today()
    for entry in content.entries.values():
        cells = [f"[{STYLES[one]}]{MARKS[one]}[/]" for one in (state(entry, code) for code in LANGUAGES)]
        due = str(entry.review_by or "?")
        table.add_row(entry.id, *cells, f"[red]{due}[/]" if entry.review_by and entry.review_by < today else due)
    table.add_section()
    for name in MARKS:
        counts = Counter(code for entry in content.entries.values() for code in LANGUAGES if state(entry, code) == name)
        table.add_row(name, *[str(counts[code]) for code in LANGUAGES], "")
    return table


def as_html(content: Content) -> str:
    """The same as one page that needs nothing else."""
    head = "".join(f"<th scope=col>{code}</th>" for code in LANGUAGES)
    rows = "".join(
        f"<tr><th scope=row>{escape(entry.id)}</th>"
        + "".join(f"<td class={state(entry, code).replace(' ', '-')}>{state(entry, code)}</td>" for code in LANGUAGES)
        + f"<td>{entry.review_by or ''}</td></tr>"
        for entry in content.entries.values()
    )
    style = (
        "body{font:15px system-ui;margin:2rem}table{border-collapse:collapse}th,td{padding:.2rem .5rem;border:1px solid #ccc;"
        "text-align:start}.complete{background:#d3f0d3}.unreviewed{background:#d8ecf8}.outdated{background:#f8d0d0}"
        ".few-questions{background:#f8efc8}.missing{color:#666}"
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Content status</title><style>{style}</style>"
        f"<h1>Content status</h1><table><thead><tr><th scope=col>entry</th>{head}<th scope=col>review by</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></html>"
    )

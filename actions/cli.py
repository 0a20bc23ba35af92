"""`wegwijs actions`: the action server, for Rasa on this machine."""

from __future__ import annotations

import click
import uvicorn

from actions.app import create_app
from content.open import open_composer
from desk.cases import Cases
from logs import set_up_logs
from settings import Settings
from store import connect
from vault import open_vault


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
def actions(host: str) -> None:
    """Start the action server."""
    settings = Settings.from_environment()
    set_up_logs(settings.log_level, settings.log_format)
    cases = Cases(connect(settings), open_vault(settings), settings.lease_seconds, settings.keep_case_days)
    app = create_app(open_composer(settings), cases)
    uvicorn.run(app, host=host, port=settings.actions_port, ws="none", log_config=None, access_log=False)

"""hotline fit: the learned wait forecast, fitted from the site's own waits."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told
from hotline.learning import refit
from hotline.learning.wait_models import WaitModels
from hotline.site.site import Site
from hotline.store import opening

app = typer.Typer(add_completion=False)


@app.command("fit")
def command(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Fit the wait forecast from the waits of this site, try it on the newest of them, and take it up if it is better.

    The server does this every night (`refit_at` in hotline.yaml), and sees within a second that there is a new one. A
    fit that the closed form or the one before beats on the newest waits is refused, and nothing changes.

    Example:

      hotline fit --site /srv/hotline
    """
    opened = open_site(site)
    os.nice(10)  # callers come first
    with told(), err.status("fitting"):
        trial = _fit(opened)
    if json:
        print_json(msgspec.to_builtins(trial))
        return
    out.print(f"{trial.result}{f': {trial.reason}' if trial.reason else ''}")
    if trial.pinball_s is not None and trial.pinball_closed_form_s is not None:
        out.print(f"fitted on {trial.fitted_on} waits, tried on the {trial.tested} newest; pinball loss in seconds:")
        out.print(f"  this fit {trial.pinball_s:.2f}, closed form {trial.pinball_closed_form_s:.2f}", end="")
        out.print("" if trial.pinball_before_s is None else f", the fit before {trial.pinball_before_s:.2f}")


def _fit(opened: Site) -> refit.Trial:
    if not opened.database.exists():
        raise BadInput(f"{opened.database}: not there yet; the server writes the waits it sees")
    try:
        with contextlib.closing(opening.to_read(opened.database)) as connection:
            found = refit.waits(connection)
    except sqlite3.Error as error:
        raise BadInput(f"{opened.database}: {error}; the server makes its tables at its first start") from error
    models = WaitModels(opened.wait_models)
    speaking = None
    if current := models.current():
        with contextlib.suppress(BadInput):  # of another version, or gone: there is nothing to be worse than
            speaking = models.load(current)[0]
    return refit.refit(found, speaking, lambda model, fitted_on: models.add(model, fitted_on, time.time()))

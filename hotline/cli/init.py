"""hotline init: a new site from the sample."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.common import err, out, told
from hotline.site.sample import SAMPLE
from hotline.versions.house_phrases import ALWAYS, WHERE_ASKED_FOR

app = typer.Typer(add_completion=False)

_SETTINGS = """\
# Settings of this site. Every line has a default; `hotline.site.settings.Settings` in the code documents them all.
languages: [zh-CN, en]
region: CN
switch:
  kind: asterisk            # or freeswitch
  run_dir: var/asterisk     # shared with the switch: accounts of agents' phones and the fallback are written there
# Several, in place of `switch`; docs/operators.md says more:
# switches:
#   - {name: a, port: 8088, sip: "127.0.0.1:5060", run_dir: var/a}
#   - {name: b, port: 8089, sip: "127.0.0.1:5070", run_dir: var/b}
web:
  port: 8780                # agents' desktops, metrics; the token is in var/secrets/web
"""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new site's folder; it may be empty, or not there yet.")],
) -> None:
    """Make a new site: the sample's dialplans/ and prompts/ to begin with, and a hotline.yaml.

    It names the phrases of prompts/ that the house says by itself; docs/admins.md tells when.

    Example:

      hotline init /srv/hotline && hotline publish --site /srv/hotline
    """
    if (folder / "dialplans").exists() or (folder / "hotline.yaml").exists():
        err.print(f"{folder} has a site already; nothing was changed", style="red")
        raise typer.Exit(2)
    with told():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("dialplans", "prompts"):
            shutil.copytree(SAMPLE / name, folder / name)
        (folder / "hotline.yaml").write_text(_SETTINGS, encoding="utf-8")
    needed = ", ".join((*ALWAYS, *WHERE_ASKED_FOR))
    out.print(f"[dim]Phrases that the house itself says; keep them in each language of prompts/: {needed}[/]")
    out.print(f"[bold green]{folder}[/] is a site. Edit dialplans/, then: hotline publish --site {folder}")

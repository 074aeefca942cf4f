"""hotline publish, rollback, versions: from a folder to what new calls hear, and back."""

import asyncio
import contextlib
import urllib.request
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told, when
from hotline.governing import policies
from hotline.site.site import Site
from hotline.versions.publishing import Published
from hotline.versions.publishing import publish as publish_site
from hotline.versions.publishing import rollback as roll_back
from hotline.versions.store import Versions
from understanding.cases import sentence_of

app = typer.Typer(add_completion=False)


@app.command()
def publish(
    force: Annotated[
        str, typer.Option(help="Why it is published although callers are understood less well by it. Audited.")
    ] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Lint, try the folder's own calls, build the prompts, let new calls have it. Calls under way keep their version.

    The sentences of dialplans/intents/tests are tried, too: where fewer are right than in the version in service, or
    more are wrong, nothing is published, and those that changed are told.

    Examples:

      hotline publish --site /srv/hotline

      hotline publish --json | jq .version

      hotline publish --force "the old product is gone, minutes of 3 December"
    """
    from hotline.server.wiring import make_voice

    opened = open_site(site)
    bars = Progress(
        TextColumn("{task.description:>12}"), BarColumn(), MofNCompleteColumn(), console=err, transient=True
    )
    tasks = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what)
        bars.update(tasks[what], completed=done, total=total)

    with told(), bars:
        published = asyncio.run(publish_site(opened, make_voice(opened), progress, force))
    _tell_server(opened)
    waiting = _policy_that_waits(opened, published.version)
    if json:
        print_json(_as_data(published) | {"policy_waits": waiting})
        return
    for warning in [*published.warnings, *([waiting] if waiting else ())]:
        err.print(warning, style="yellow", markup=False)
    out.print(
        f"[bold green]{published.version}[/] published in {published.took_s:.1f} s: {published.tried} calls tried, "
        f"{published.prompts_made} prompts made, {published.prompts_ready} came ready, {published.prompts_kept} kept"
    )
    if published.understanding is not None:
        out.print(sentence_of(published.understanding), style="dim", markup=False)


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="Default: the version before the current one.")] = None,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Let new calls have an earlier version. Calls under way keep theirs; the policy that rules stays, too:
    `hotline govern policy rollback` returns to an earlier one.

    Examples:

      hotline rollback --site /srv/hotline

      hotline rollback 0007-1f0c2ab3 --json | jq .version
    """
    opened = open_site(site)
    with told():
        version = roll_back(opened, version)
    _tell_server(opened)
    waiting = _policy_that_waits(opened, version)
    if json:
        print_json({"version": version, "policy_waits": waiting})
        return
    if waiting:
        err.print(waiting, style="yellow", markup=False)
    out.print(f"[bold green]{version}[/] holds for new calls")


@app.command()
def versions(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """All published versions, newest first; the one that new calls get is marked.

    Example:

      hotline versions --site /srv/hotline
    """
    opened = open_site(site)
    known = Versions(opened.versions)
    current = known.current()
    manifests = list(reversed(known.all()))
    if json:
        rows = [
            {"version": m.version, "published_at": m.published_at, "by": m.by, "flows": m.flows, "forced": m.forced}
            for m in manifests
        ]
        print_json([{**row, "current": row["version"] == current} for row in rows])
        return
    forced = any(m.forced for m in manifests)
    print_table(
        ("", "version", "published", "by", "flows", "prompts", *(["forced"] if forced else [])),
        [
            (
                "→" if m.version == current else "",
                m.version,
                when(m.published_at, opened.zone),
                m.by,
                m.flows,
                m.prompts,
                *([m.forced] if forced else []),
            )
            for m in manifests
        ],
        "nothing is published yet: hotline publish",
    )


def _as_data(published: Published) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(published)
    return told


def _policy_that_waits(site: Site, version: str) -> str:
    """Why the policy of this version does not rule, in words; empty: it does, or there is no scene that it is for."""
    try:
        return policies.ruling_of(site).waiting(site.zone) if Versions(site.versions).book(version).scenes else ""
    except BadInput as error:  # it is published all the same; the gate denies what it cannot read
        return f"no outgoing call is allowed: {error}"


def _tell_server(site: Site) -> None:
    """Spare the server the second until it would look itself. No server, no harm: it reads the version at its start."""
    web, token = site.settings.web, site.known_secret("web")
    if token is None:  # no server has been here, or its secrets are gone: it looks by itself
        return
    request = urllib.request.Request(
        f"http://{web.host}:{web.port}/reload", method="POST", headers={"Authorization": f"Bearer {token}"}
    )
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=2):
        pass

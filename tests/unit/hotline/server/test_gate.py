"""The gate of a whole server: a scene that is written, published and approved while it runs is governed at once."""

import asyncio
import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli.govern import app
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.store import Versions
from tests.ports import free_port
from tests.unit.hotline.governing.gated_site import approve, publish_again, published
from tests.unit.hotline.served import new_server, serve, until

pytestmark = pytest.mark.unit


def _ask(site: Site, scene: str) -> dict[str, object]:
    body = json.dumps({"number": "13800138000", "scene": scene, "at": "2026-12-07T10:00"}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.settings.web.port}/govern/check",
        data=body,
        headers={"Authorization": f"Bearer {site.secret('web')}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, object] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        return {"verdict": error.code}


async def _verdict(site: Site, scene: str) -> object:
    return (await asyncio.to_thread(_ask, site, scene))["verdict"]


async def _becomes(site: Site, scene: str, verdict: object) -> None:
    async with asyncio.timeout(60):
        while await _verdict(site, scene) != verdict:  # noqa: ASYNC110 - the server takes it up once a second, unasked
            await asyncio.sleep(0.1)


async def test_from_yaml_to_the_first_governed_call_while_the_server_runs(tmp_path: Path) -> None:
    settings = f"languages: [en]\nzone: Asia/Shanghai\nrefit_at: null\nweb: {{port: {free_port()}}}\n"
    site = await asyncio.to_thread(lambda: published(tmp_path, hotline=settings))
    server: Server = new_server(site)
    serving = await serve(server, Versions(site.versions).current() or "")
    try:
        assert await _verdict(site, "offer") == "deny"
        await _becomes(site, "spring", 422)  # the policy is read, and there is no such scene
        text = "scenes: {spring: {category: marketing, channel: human, caller_ids: main, hours: outbound}}\n"
        (tmp_path / "dialplans/scenes/spring.yaml").write_text(text)
        await asyncio.to_thread(publish_again, site)
        await _becomes(site, "spring", "deny")
        await asyncio.to_thread(approve, site, "spring")
        await _becomes(site, "spring", "allow")
        tail = ("tail", "--no-follow", "--json", "--site", str(site.folder))
        result = await asyncio.to_thread(CliRunner().invoke, app, tail)
        rows = [json.loads(line) for line in result.output.splitlines()]
        assert [rows[-1][word] for word in ("verdict", "scene", "number")] == ["allow", "spring", "+86*******8000"]
        shown = await asyncio.to_thread(CliRunner().invoke, app, [*tail[:2], "--refused", "--site", str(site.folder)])
        assert "governor.scene: the scene may not call: it is not approved" in shown.output
    finally:
        signal.raise_signal(signal.SIGTERM)
        await until(serving.done)
    await serving

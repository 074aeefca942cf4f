"""The stage of the demonstration: a site, an Asterisk and a controller of its own, on free ports of loopback."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from calls.errors import BadInput, HotlineError
from hotline.site.sample import SAMPLE
from hotline.site.settings import Site
from hotline.versions.sources import hash_of, read_files
from hotline.versions.store import Versions
from switch.accounts import AgentAccount, SecretStore
from switch.asterisk.instance.installation import locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings

_START_S = 60.0
Say = Callable[[str], None]


@dataclass
class Stage:
    """Asterisk and the controller, started; `answers` and `serves` tell when they are up."""

    site: Site
    asterisk: AsteriskProcess
    controller: asyncio.subprocess.Process
    session: aiohttp.ClientSession
    starting: asyncio.Task[None]

    async def answers(self) -> None:
        """Return when Asterisk takes registrations and calls. Raises AsteriskStartError."""
        await asyncio.shield(self.starting)

    async def serves(self) -> None:
        """Return when the controller has its switch. Raises BadInput with its log when it ended, TimeoutError."""
        async with asyncio.timeout(_START_S):
            while True:
                if self.controller.returncode is not None:
                    log = (self.site.state / "hotline.log").read_text(errors="replace").splitlines()[-5:]
                    raise BadInput("the controller ended:\n" + "\n".join(log))
                with contextlib.suppress(aiohttp.ClientError):
                    if (await self.live())["switch_up"]:
                        return
                await asyncio.sleep(0.05)

    async def live(self) -> dict[str, Any]:
        """The answer of /live."""
        return await self._ask("/live")

    def secret(self, account: str) -> str:
        """The password of a phone. The controller makes them, so they are read as they stand now."""
        return SecretStore(self.site.state / "secrets" / "accounts.json").get(f"agent-{account}")

    async def _ask(self, path: str) -> dict[str, Any]:
        web = self.site.settings.web
        async with self.session.get(f"http://{web.host}:{web.port}{path}") as answer:
            answer.raise_for_status()
            body: dict[str, Any] = await answer.json()
            return body


@contextlib.asynccontextmanager
async def set_up(folder: Path, say: Say) -> AsyncIterator[Stage]:
    """Start everything in `folder`, and leave no process when it is over, however it ends.

    Yields while Asterisk and the controller come up, so that whoever waits for them can get ready meanwhile.
    """
    site = _make_site(folder)
    site.prepare()
    site.switch_password()
    async with contextlib.AsyncExitStack() as stack:
        say("starting Asterisk")
        asterisk = AsteriskProcess(_asterisk_settings(site), await asyncio.to_thread(locate_or_install))
        stack.push_async_callback(asterisk.stop)
        starting = asyncio.create_task(asterisk.start())
        stack.push_async_callback(_ended, starting)
        if Versions(site.versions).current() is None:
            await _publish(site, say)
        say("starting the controller")
        controller = await _start_controller(site)
        stack.push_async_callback(_stop, controller)
        headers = {"Authorization": f"Bearer {site.secret('web')}"}
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        await _publish_if_changed(site, say)
        yield Stage(site, asterisk, controller, session, starting)


async def _start_controller(site: Site) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "hotline", "serve", "--site", str(site.folder))
    with (site.state / "hotline.log").open("ab") as log:
        # a session of its own: Ctrl-C is for us, and we stop it in its turn
        return await asyncio.create_subprocess_exec(*command, stderr=log, start_new_session=True)


def _make_site(folder: Path) -> Site:
    """The sample's dialplans and prompts as they stand in the repository, everything else in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "dialplans": str(SAMPLE / "dialplans"),
        "prompts": str(SAMPLE / "prompts"),
        "switch": {"port": _free_port(18088), "run_dir": "var/asterisk"},
        "web": {"port": _free_port(18780)},
    }
    (folder / "hotline.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return Site.open(folder)


def _asterisk_settings(site: Site) -> AsteriskSettings:
    switch = site.settings.switch
    run_dir = site.state / "asterisk"
    secrets = SecretStore(site.state / "secrets" / "accounts.json")
    current = Versions(site.versions).current()
    owners = Versions(site.versions).routing(current).owners if current is not None else {}
    return AsteriskSettings(
        run_dir=run_dir,
        ari_password=site.switch_password(),
        ari_port=switch.port,
        sip_port=_free_port(15060, socket.SOCK_DGRAM),
        rtp_first=25_000,
        rtp_last=26_999,
        accounts=tuple(AgentAccount(name, secrets.get(f"agent-{name}")) for name in owners),
    )


async def _publish_if_changed(site: Site, say: Say) -> None:
    """Publish the sample when it is not what was published last. A folder with errors stops a first start only."""
    versions = Versions(site.versions)
    current = versions.current() or ""
    if versions.manifest(current).source_hash == hash_of(read_files(site)[0], site.settings.region, site.settings.zone):
        return
    try:
        await _publish(site, say)
    except HotlineError as error:
        say(f"{error}\nThe folder has errors: version {current}, the last good one, runs.")


async def _publish(site: Site, say: Say) -> None:
    # a second start has nothing to compile, and is quicker without
    from hotline.server.wiring import make_voice
    from hotline.versions.publishing import publish

    say("publishing dialplans/ and prompts/: lint, the folder's own calls, voices")
    published = await publish(site, make_voice(site))
    say(f"version {published.version}: {published.tried} calls tried, {published.prompts_made} prompts made")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10.0)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _free_port(wish: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """`wish`, or the next one that nobody has."""
    for port in range(wish, wish + 200):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise BadInput(f"no free port from {wish} on: is something wrong with this machine's loopback?")

"""The stage of the demonstration: a site, a switch and a controller of its own, on free ports of loopback."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import aiohttp
import yaml

from calls.errors import BadInput, HotlineError
from hotline.demo.overlay import lay
from hotline.site.sample import SAMPLE
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from hotline.versions.sources import hash_of, read_files
from hotline.versions.store import Versions
from switch.accounts import AgentAccount, SecretStore
from switch.asterisk.instance.installation import locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from switch.freeswitch.instance.installation import required
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings

_START_S = 60.0
_HEARS_WITHIN_S = 8.0
"""Longer than a site's: house, switch, callers and agents share one machine here."""
_RTP = (25_000, 26_999)
Say = Callable[[str], None]
Kind = Literal["asterisk", "freeswitch"]
NAMES: dict[Kind, str] = {"asterisk": "Asterisk", "freeswitch": "FreeSWITCH"}


@dataclass
class Stage:
    """The switch and the controller, started; `answers` and `serves` tell when they are up."""

    site: Site
    switch: AsteriskProcess | FreeSwitchProcess
    controller: asyncio.subprocess.Process
    session: aiohttp.ClientSession
    starting: asyncio.Task[None]
    trunk_port: int
    """Of this machine: calls to numbers outside go there, to people of the demonstration."""

    async def answers(self) -> None:
        """Return when the switch takes registrations and calls. Raises AsteriskStartError, SwitchAway."""
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

    async def ask(self, path: str) -> dict[str, Any]:
        """The answer to a GET."""
        return await self._ask(path)

    async def rows(self, path: str) -> list[dict[str, Any]]:
        """The answer to a GET of a list."""
        answer: Any = await self._ask(path)
        return list(answer)

    async def tell(self, path: str, body: dict[str, Any]) -> None:
        """Send an order. Raises aiohttp.ClientResponseError for one that is refused."""
        web = self.site.settings.web
        async with self.session.post(f"http://{web.host}:{web.port}{path}", json=body) as answer:
            answer.raise_for_status()

    def sign_in_link(self) -> str:
        """The address of the pages, which signs in once; one click more is the desk of the first agent."""
        versions = Versions(self.site.versions)
        agents = versions.routing(versions.current() or "").configuration.agents
        link = new_link(self.site.state, "admin", "operator", time.time())
        return address(self.site, link, min(agents, default=""))

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
async def set_up(folder: Path, say: Say, kind: Kind = "asterisk", program: str = "") -> AsyncIterator[Stage]:
    """Start everything in `folder`, and leave no process when it is over, however it ends. `program`: of a FreeSWITCH.

    Yields while the switch and the controller come up, so that whoever waits for them can get ready meanwhile. Raises
    BadInput where there is no FreeSWITCH and one is wanted.
    """
    program = await asyncio.to_thread(required, program) if kind == "freeswitch" else ""
    site = _make_site(folder, kind)
    site.prepare()
    site.switch_password()
    async with contextlib.AsyncExitStack() as stack:
        say(f"starting {NAMES[kind]}{program and ': '}{program}")
        trunk_port = _free_port(15460, socket.SOCK_DGRAM)
        if program:
            switch: AsteriskProcess | FreeSwitchProcess = FreeSwitchProcess(
                _freeswitch_settings(site, trunk_port), program
            )
        else:
            switch = await _asterisk(site, trunk_port)
        stack.push_async_callback(switch.stop)
        starting = asyncio.create_task(switch.start())
        stack.push_async_callback(_ended, starting)
        if Versions(site.versions).current() is None:
            await _publish(site, say)
        say("starting the controller")
        controller = await _start_controller(site)
        stack.push_async_callback(_stop, controller)
        headers = {"Authorization": f"Bearer {site.secret('web')}"}
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        await _publish_if_changed(site, say)
        await _approve(site, say)
        yield Stage(site, switch, controller, session, starting, trunk_port)


async def _start_controller(site: Site) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "hotline", "serve", "--site", str(site.folder))
    with (site.state / "hotline.log").open("ab") as log:
        # a session of its own: Ctrl-C is for us, and we stop it in its turn
        return await asyncio.create_subprocess_exec(*command, stderr=log, start_new_session=True)


async def _asterisk(site: Site, trunk_port: int) -> AsteriskProcess:
    return AsteriskProcess(_asterisk_settings(site, trunk_port), await asyncio.to_thread(locate_or_install))


def _make_site(folder: Path, kind: Kind) -> Site:
    """The sample's dialplans and prompts as they stand in the repository, with the demonstration's hours for calls to
    people; everything else in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "dialplans": str(lay(SAMPLE / "dialplans", folder.resolve() / "dialplans")),
        "prompts": str(SAMPLE / "prompts"),
        "switch": {
            "kind": kind,
            "port": _free_port(18088 if kind == "asterisk" else 18021),
            "run_dir": f"var/{kind}",
        },
        "web": {"port": _free_port(18780)},
        "speech": {"deadline_s": _HEARS_WITHIN_S},
        "console": {"title": "安达消费金融 · Anda Consumer Finance"},
    }
    (folder / "hotline.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return Site.open(folder)


def _asterisk_settings(site: Site, trunk_port: int) -> AsteriskSettings:
    return AsteriskSettings(
        run_dir=site.state / "asterisk",
        ari_password=site.switch_password(),
        ari_port=site.settings.switch.port,
        sip_port=_free_port(15060, socket.SOCK_DGRAM),
        rtp_first=_RTP[0],
        rtp_last=_RTP[1],
        accounts=_accounts(site),
        web_phones=True,
        gateway=f"sip:127.0.0.1:{trunk_port}",
    )


def _freeswitch_settings(site: Site, trunk_port: int) -> FreeSwitchSettings:
    return FreeSwitchSettings(
        run_dir=site.state / "freeswitch",
        event_socket_password=site.switch_password(),
        event_socket_port=site.settings.switch.port,
        sip_port=_free_port(15060, socket.SOCK_DGRAM),
        rtp_first=_RTP[0],
        rtp_last=_RTP[1],
        accounts=_accounts(site),
        gateway=f"127.0.0.1:{trunk_port}",
    )


def _accounts(site: Site) -> tuple[AgentAccount, ...]:
    """Those that the version before has, so that phones need not wait for the controller."""
    secrets = SecretStore(site.state / "secrets" / "accounts.json")
    current = Versions(site.versions).current()
    owners = Versions(site.versions).routing(current).owners if current is not None else {}
    return tuple(AgentAccount(name, secrets.get(f"agent-{name}")) for name in owners)


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
    say(
        f"version {published.version}: {published.tried} calls tried, {published.prompts_made} prompts made, "
        f"{published.prompts_ready} came ready"
    )


async def _approve(site: Site, say: Say) -> None:
    """Let the sample's scenes call: nobody else is there to approve them."""
    from hotline.demo.approvals import approve_all

    may_call = await asyncio.to_thread(approve_all, site)
    say(f"scenes approved for the demonstration: {', '.join(may_call) or 'none'}")


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

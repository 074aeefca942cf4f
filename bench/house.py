"""A house to measure: a real Asterisk, a published site, the controller as production starts it, phones. All for once.

Everything is in a folder that goes away with it, on free loopback ports, and is a child of the bench.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

import aiohttp
import yaml

from bench import machine, script
from bench.app_queue import references_of
from bench.ari_tap import Tap, tapping
from bench.children import Child, ChildEnded
from bench.tones import ToneVoice
from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.publishing import publish
from hotline.versions.store import Versions
from switch.accounts import AgentAccount
from switch.asterisk.instance.installation import Installation, locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings, port_is_free
from switch.freeswitch.instance.installation import locate
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings

HOST = "127.0.0.1"
_PORTS = 1_000  # tried from the first one on
SWITCH_RTP = (40_000, 42_999)
PHONES_RTP = (43_000, 44_999)
_UP_S = 60.0
_LOOK_S = 0.01


@dataclass(frozen=True)
class Plan:
    """What the house is for: files of the site by path, agents by their account."""

    files: Mapping[str, str]
    agents: Sequence[str] = ()
    references: bool = False
    """Whether Asterisk also has the numbers of app_queue and of the bare client."""
    tapped: bool = False
    """Whether the controller reaches Asterisk through a tap, `BenchSite.tap`."""
    web_phones: bool = False
    """Whether Asterisk takes browsers as phones."""


P = TypeVar("P", AsteriskProcess, FreeSwitchProcess)


class BenchSite(Generic[P]):
    """Running parts. `clips` are the published prompts' paths, without endings, by key."""

    def __init__(
        self, folder: Path, site: Site, asterisk: P, accounts: Sequence[AgentAccount], tap: Tap | None = None
    ) -> None:
        self.folder = folder
        self.site = site
        self.asterisk: P = asterisk
        self.accounts = accounts
        self.clips = clips_of(site)
        self.tap = tap

    def asterisk_cpu_s(self) -> float:
        """Processor seconds that Asterisk has used. Raises ChildEnded."""
        return machine.cpu_s(self.asterisk_pid)

    @property
    def asterisk_pid(self) -> int:
        """Raises ChildEnded when it does not run."""
        if self.asterisk.pid is None:
            raise ChildEnded(f"Asterisk has ended; its log is {self.asterisk.settings.log_file}")
        return self.asterisk.pid

    @contextlib.asynccontextmanager
    async def controller(self) -> AsyncIterator[Child]:
        """`hotline serve` on the site, healthy, with all agents signed in."""
        async with serving(self.site, self.folder / "controller.log") as controller:
            await self._sign_in()
            yield controller

    @contextlib.asynccontextmanager
    async def phones(
        self,
        module: str = "bench.generator",
        talk_s: float = script.TALK_S,
        tones_hz: Sequence[float] = script.TONES_HZ,
    ) -> AsyncIterator[Child]:
        """The phones' process, with the agents registered; see `script.Open`."""
        settings = self.asterisk.settings
        async with Child(module, [], self.folder / "phones.log") as phones:
            accounts = [(account.user, account.secret) for account in self.accounts]
            opened = script.Open(
                settings.sip_address, settings.sip_port, *PHONES_RTP, accounts, talk_s, tones_hz=list(tones_hz)
            )
            await phones.ask(opened, script.Done, _UP_S)
            yield phones

    async def _sign_in(self) -> None:
        web = self.site.settings.web
        headers = {"Authorization": f"Bearer {self.site.secret('web')}"}
        async with aiohttp.ClientSession(f"http://{web.host}:{web.port}", headers=headers) as session:
            for account in self.accounts:
                async with session.post(f"/agents/{account.agent}/sign-in") as answer:
                    answer.raise_for_status()
            async with asyncio.timeout(_UP_S):
                while True:  # a phone counts as reachable once Asterisk has told the controller
                    async with session.get("/live") as answer:
                        agents = (await answer.json())["agents"]
                    if sum(agent["state"] == "idle" for agent in agents) == len(self.accounts):
                        return
                    await asyncio.sleep(_LOOK_S)


@contextlib.asynccontextmanager
async def house(plan: Plan, first_port: int) -> AsyncIterator[BenchSite[AsteriskProcess]]:
    """Make the site, publish it, start Asterisk."""
    installation = await asyncio.to_thread(locate_or_install)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        sip_port, ari_port, web_port, tap_port = free_ports(first_port, 4)
        site = make_site(folder / "site", plan.files, tap_port if plan.tapped else ari_port, web_port)
        await publish(site, ToneVoice())
        accounts = [AgentAccount(agent, secrets.token_urlsafe(12)) for agent in plan.agents]
        settings = _settings(folder, site, plan, accounts, sip_port, ari_port)
        async with AsteriskProcess(settings, installation) as asterisk, contextlib.AsyncExitStack() as stack:
            tap = await stack.enter_async_context(tapping(HOST, tap_port, ari_port)) if plan.tapped else None
            yield BenchSite(folder, site, asterisk, accounts, tap)


@contextlib.asynccontextmanager
async def freeswitch_house(plan: Plan, first_port: int) -> AsyncIterator[BenchSite[FreeSwitchProcess]]:
    """The same on FreeSWITCH. Raises BadInput where there is none."""
    program = locate()
    if program is None:
        raise BadInput("there is no freeswitch in PATH; HOTLINE_FREESWITCH_PROGRAM names one elsewhere")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        sip_port, event_port, web_port = free_ports(first_port)
        site = make_site(folder / "site", plan.files, event_port, web_port, "freeswitch")
        await publish(site, ToneVoice())
        accounts = [AgentAccount(agent, secrets.token_urlsafe(12)) for agent in plan.agents]
        settings = FreeSwitchSettings(
            run_dir=folder / "freeswitch",
            event_socket_password=site.switch_password(),
            event_socket_port=event_port,
            sip_port=sip_port,
            rtp_first=SWITCH_RTP[0],
            rtp_last=SWITCH_RTP[1] - 1,
            accounts=tuple(accounts),
        )
        process = FreeSwitchProcess(settings, program)
        await process.start()
        try:
            yield BenchSite(folder, site, process, accounts)
        finally:
            await process.kill()


@contextlib.asynccontextmanager
async def serving(site: Site, log: Path) -> AsyncIterator[Child]:
    """`hotline serve`, up and healthy."""
    web = site.settings.web
    async with Child("hotline", ["serve", "--site", str(site.folder)], log) as controller:
        async with aiohttp.ClientSession() as session:
            await until_healthy(session, f"http://{web.host}:{web.port}/health", controller)
        yield controller


async def until_healthy(session: aiohttp.ClientSession, url: str, controller: Child) -> None:
    """Return once the controller says that all is well. Raises ChildEnded when it will not.

    Its patience is counted in looks: on a machine that has no time for us the controller has none either.
    """
    for _ in range(round(_UP_S / _LOOK_S)):
        _ = controller.pid  # raises when it has ended
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(url) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(_LOOK_S)
    raise ChildEnded(f"the controller was not healthy within {_UP_S:g} s; its log is {controller.log}")


def make_site(
    folder: Path,
    files: Mapping[str, str],
    switch_port: int,
    web_port: int,
    kind: str = "asterisk",
    *,
    run_dir: str | None = None,
    more: Mapping[str, object] | None = None,
) -> Site:
    """Write a site; `more` goes into its settings. Without `run_dir` the switch's accounts are the bench's business."""
    shared = {} if run_dir is None else {"run_dir": run_dir}
    settings = {
        "languages": ["en"],
        "voice": {"kind": "espeak"},
        "switch": {"kind": kind, "host": HOST, "port": switch_port, **shared},
        "web": {"host": HOST, "port": web_port},
        **(more or {}),
    }
    for name, text in {**files, "hotline.yaml": yaml.safe_dump(settings)}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    site = Site.open(folder)
    site.prepare()
    return site


def clips_of(site: Site) -> dict[str, str]:
    """Paths of the published prompts, without endings."""
    versions = Versions(site.versions)
    return dict(versions.program(versions.current() or "").clips["en"])


def free_ports(first: int, count: int = 3) -> list[int]:
    """Ports for SIP, ARI and the controller's web, or as many as are asked for. Raises OSError when there are none."""
    free = list(islice((port for port in range(first, first + _PORTS) if _is_free(port)), count))
    if len(free) < count:
        raise OSError(f"no {count} free ports from {first} on")
    return free


def version_of(installation: Installation) -> str:
    """Asterisk's version without the distribution's additions."""
    return installation.version.partition("+")[0].partition("~")[0]


def _is_free(port: int) -> bool:
    return port_is_free(HOST, port, socket.SOCK_DGRAM) and port_is_free(HOST, port, socket.SOCK_STREAM)


def _settings(
    folder: Path, site: Site, plan: Plan, accounts: Sequence[AgentAccount], sip_port: int, ari_port: int
) -> AsteriskSettings:
    references = references_of(clips_of(site), [account.user for account in accounts]) if plan.references else None
    return AsteriskSettings(
        run_dir=folder / "asterisk",
        ari_password=site.switch_password(),
        sip_port=sip_port,
        ari_port=ari_port,
        rtp_first=SWITCH_RTP[0],
        rtp_last=SWITCH_RTP[1],
        accounts=tuple(accounts),
        web_phones=plan.web_phones,
        extra_modules=references.modules if references else (),
        extra_dialplan=references.dialplan if references else "",
        extra_files=references.files if references else {},
    )

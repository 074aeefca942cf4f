"""The house of a soak: Asterisk, a broker where there is one, the controller and its site, everybody's phones."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench import house
from bench.children import Child, ChildEnded, die_with_parent
from bench.desktops import Desktops
from bench.script import Done, Open
from bench.soak import script, site
from bench.tones import ToneVoice
from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.publishing import publish
from switch.accounts import AgentAccount, SecretStore
from switch.asterisk.instance.installation import locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from switch.asterisk.instance.upkeep import ari_session

_UP_S = 60.0
_LOOK_S = 0.05
_MANY_PORTS = 6


@dataclass
class SoakHouse:
    """Running parts. The controller dies and comes back by `kill`; `away` has from when until when it did, epoch s."""

    folder: Path
    site: Site
    asterisk: AsteriskProcess
    agents: list[str]
    gateway_port: int
    broker_port: int | None
    session: aiohttp.ClientSession
    away: list[tuple[float, float]] = field(default_factory=list)
    published: int = 1
    _controller: Child | None = None
    _controllers: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def controller(self) -> Child:
        """The one that runs. Raises ChildEnded."""
        if self._controller is None:
            raise ChildEnded("the controller is being started anew")
        return self._controller

    @property
    def asterisk_pid(self) -> int:
        """Raises ChildEnded when it does not run."""
        if self.asterisk.pid is None:
            raise ChildEnded(f"Asterisk has ended; its log is {self.asterisk.settings.log_file}")
        return self.asterisk.pid

    @property
    def log(self) -> Path:
        """All controllers' log."""
        return self.folder / "controller.log"

    async def start_controller(self) -> None:
        """Return once it is healthy. Raises ChildEnded."""
        self._controller = await self._controllers.enter_async_context(house.serving(self.site, self.log))

    async def kill_controller(self) -> None:
        """`kill -9`, as the kernel does it when memory is short, and a new start at once. Raises ChildEnded."""
        killed, killed_at = self.controller, time.time()
        os.kill(killed.pid, signal.SIGKILL)
        self._controller = None
        with contextlib.suppress(ChildEnded):
            while True:
                _ = killed.pid
                await asyncio.sleep(0.001)
        await self.start_controller()
        self.away.append((killed_at, time.time()))

    async def stop_controller(self) -> None:
        """End it in good order."""
        await self._controllers.aclose()
        self._controller = None

    async def publish(self) -> None:
        """A new version for new calls, as an admin makes it."""
        self.published += 1
        (self.site.dialplans / "flows/main.yaml").write_text(site.main_flow(self.published), encoding="utf-8")
        await publish(self.site, ToneVoice())

    async def live(self) -> dict[str, Any]:
        """What the controller shows. Raises aiohttp.ClientError while it is away."""
        async with self.session.get("/live") as answer:
            answer.raise_for_status()
            view: dict[str, Any] = await answer.json()
            return view

    async def metrics(self) -> str:
        """Its metrics, as Prometheus reads them. Raises aiohttp.ClientError while it is away."""
        async with self.session.get("/metrics") as answer:
            answer.raise_for_status()
            return await answer.text()

    @contextlib.asynccontextmanager
    async def phones(self) -> AsyncIterator[Child]:
        """The process of all phones, agents' phones registered and their agents signed in."""
        settings = self.asterisk.settings
        everybody = [*self.agents, script.COLLEAGUE]
        accounts = [(f"agent-{account}", secret) for account, secret in (await self._secrets(everybody)).items()]
        async with Child("bench.generator", [], self.folder / "phones.log") as phones:
            opened = Open(
                settings.sip_address,
                settings.sip_port,
                *house.PHONES_RTP,
                accounts,
                own_port=self.gateway_port,
                tones_hz=list(script.TONES_HZ),
            )
            await phones.ask(opened, Done, _UP_S)
            async with Desktops(self.site) as desktops:
                await desktops.all(self.agents, "sign-in")
                await desktops.until_idle(len(self.agents))
            yield phones

    async def _secrets(self, accounts: list[str]) -> dict[str, str]:
        """Of the phones' accounts, once the controller has given them to the switch. Raises ChildEnded."""
        path = self.site.state / "secrets/accounts.json"
        try:
            async with asyncio.timeout(_UP_S):
                while True:
                    written = path.read_text() if path.exists() else ""
                    if all(f'"agent-{account}"' in written for account in accounts):
                        break
                    await asyncio.sleep(_LOOK_S)
                store = SecretStore(path)
                secrets = {account: store.get(f"agent-{account}") for account in accounts}
                last = f"{self.asterisk.settings.ari_url}/endpoints/PJSIP/{AgentAccount(accounts[-1], '').user}"
                async with ari_session(self.asterisk.settings) as session:
                    while True:
                        async with session.get(last) as answer:
                            if answer.status == 200:
                                return secrets
                        await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise ChildEnded(f"the controller made no accounts within {_UP_S:g} s; its log is {self.log}") from None


@contextlib.asynccontextmanager
async def opened(folder: Path, rate: float, first_port: int) -> AsyncIterator[SoakHouse]:
    """Start all of it but the phones; `folder` is empty. Everything dies with the caller."""
    installation = await asyncio.to_thread(locate_or_install)
    sip_port, ari_port, web_port, gateway_port, broker_port, _ = house.free_ports(first_port, _MANY_PORTS)
    desk, slow = script.agents_for(rate)
    async with contextlib.AsyncExitStack() as stack:
        broker = _broker()
        more: dict[str, object] = {}
        if broker is not None:
            await stack.enter_async_context(_mosquitto(broker, folder, broker_port))
            more["bus"] = {"host": house.HOST, "port": broker_port, "site": "soak"}
        made = house.make_site(
            folder / "site",
            site.files(desk, slow, f"{house.HOST}:{gateway_port}"),
            ari_port,
            web_port,
            run_dir="var/asterisk",
            more=more,
        )
        await publish(made, ToneVoice())
        settings = AsteriskSettings(
            run_dir=made.state / "asterisk",
            ari_password=made.switch_password(),
            sip_port=sip_port,
            ari_port=ari_port,
            rtp_first=house.SWITCH_RTP[0],
            rtp_last=house.SWITCH_RTP[1],
        )
        asterisk = await stack.enter_async_context(AsteriskProcess(settings, installation))
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                f"http://{house.HOST}:{web_port}",
                headers={"Authorization": f"Bearer {made.secret('web')}"},
                connector=aiohttp.TCPConnector(force_close=True),  # no descriptor of the controller's is ours
                timeout=aiohttp.ClientTimeout(total=10.0),
            )
        )
        place = SoakHouse(
            folder, made, asterisk, [*desk, *slow], gateway_port, broker_port if broker else None, session
        )
        stack.push_async_callback(place.stop_controller)
        await place.start_controller()
        yield place


def _broker() -> str | None:
    """The mosquitto of this machine; None where there is none, or where the house has no bus."""
    if importlib.util.find_spec("aiomqtt") is None:
        return None
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.asynccontextmanager
async def _mosquitto(program: str, folder: Path, port: int) -> AsyncIterator[None]:
    """A broker without memory. Raises BadInput when it does not start."""
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} {house.HOST}\nallow_anonymous true\npersistence false\n")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=quiet, stderr=quiet, preexec_fn=die_with_parent
    )
    try:
        async with asyncio.timeout(_UP_S):
            while True:
                if process.returncode is not None:
                    raise BadInput(f"{program} ended with code {process.returncode}")
                try:
                    _, writer = await asyncio.open_connection(house.HOST, port)
                except OSError:
                    await asyncio.sleep(_LOOK_S)
                else:
                    writer.close()
                    break
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

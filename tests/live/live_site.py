"""A site for the live tests, with its Asterisk, its controller as a process of its own, phones and callers.

The controller reaches Asterisk through a relay, which can be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import yaml

from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.publishing import publish
from phones.agent_phone import AgentPhone, OnRing
from phones.audio import tone
from phones.call import Call
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from speech.espeak import Espeak
from switch.accounts import SecretStore
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from tests.contract.proxy import LinkProxy
from tests.live.conftest import until
from tests.live.controllers import ForkedController
from tests.live.site_files import AGENTS, CALLER, MENU, make_site, record
from tests.ports import audio_ports, free_port

ROOT = Path(__file__).parents[2]
NUMBER = "95183"


class LiveSite:
    """See the module's first lines. `async with` starts all of it and leaves no process."""

    agents: ClassVar[tuple[str, ...]] = AGENTS
    web_phones: ClassVar[bool] = False
    """Browsers may be phones of this house."""
    call_records: ClassVar[bool] = False
    """Its Asterisk writes call records of its own."""
    answers_refer: ClassVar[tuple[int, int]] = (202, 603)
    """The SIP status of a REFER of an agent's phone in a talk, and of a caller."""

    def __init__(
        self, folder: Path, installation: Installation | None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """`settings` go into hotline.yaml beside the switch."""
        self.folder = folder
        self._settings = settings or {}
        self.relay = LinkProxy(free_port(socket.SOCK_STREAM))
        self.installation = installation
        self.hanging_port = free_port(socket.SOCK_STREAM)
        self.site: Site
        self.asterisk: AsteriskProcess
        self.controller: asyncio.subprocess.Process | ForkedController | None = None
        self.endpoint: Endpoint
        self.line: PhoneLine
        self.phones: dict[str, AgentPhone] = {}
        self.session: aiohttp.ClientSession
        self._stack: contextlib.AsyncExitStack

    async def __aenter__(self) -> LiveSite:
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        ari_port, audio = self.relay.target_port, audio_ports()
        await self.relay.open()
        stack.push_async_callback(self.relay.cut)
        self.site = self.make_site({"port": self.relay.port, "run_dir": "var/asterisk"}, free_port(socket.SOCK_STREAM))
        self.site.prepare()
        await asyncio.to_thread(opening.migrate, self.site.database)  # a copy; the controller would load Alembic for it
        hanging = await asyncio.start_server(_never_answer, "127.0.0.1", self.hanging_port)
        stack.callback(hanging.close)
        self.endpoint = await Endpoint.open()
        stack.callback(self.endpoint.close)
        settings = AsteriskSettings(
            run_dir=self.site.state / "asterisk",
            ari_password=self.site.switch_password(),
            ari_port=ari_port,
            sip_port=free_port(socket.SOCK_DGRAM),
            rtp_first=audio[0],
            rtp_last=audio[-1],
            gateway=f"sip:127.0.0.1:{self.endpoint.port}",
            answered_wait_s=60.0,  # a controller takes its time on a busy machine
            web_phones=self.web_phones,
            call_records=self.call_records,
        )
        assert self.installation is not None
        self.asterisk = AsteriskProcess(settings, self.installation)
        await self.asterisk.start()
        stack.push_async_callback(self.asterisk.stop)
        await publish(self.site, Espeak())
        await asyncio.to_thread(self.approve)
        await asyncio.to_thread(self.before)
        self.session = await stack.enter_async_context(self.new_session())
        self.line = PhoneLine(self.endpoint, self.registrar)
        stack.push_async_callback(self.stop_controller)
        await self.start_controller()
        await self.bring_phones(stack)

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        """What the admins of this house have written."""
        return make_site(self.folder, switch, web_port, self.hanging_port, self._settings, self.agents)

    def new_session(self) -> aiohttp.ClientSession:
        """For requests to the controller, as an operator."""
        headers = {"Authorization": f"Bearer {self.site.secret('web')}"}
        # a connection for each request: the server closes idle ones, and a POST that meets that is not repeated
        fresh = aiohttp.TCPConnector(force_close=True)
        return aiohttp.ClientSession(headers=headers, base_url=self.url, connector=fresh)

    def before(self) -> None:
        """What there is of the time before the first controller of the test: nothing."""

    def approve(self) -> None:
        """Approve what was published: a site without scenes has nothing of that kind."""

    async def bring_phones(self, stack: contextlib.AsyncExitStack) -> None:
        """Register the agents' phones, until `stack` is unwound."""
        for account in self.agents:
            self.phones[account] = await self._phone(account)
            stack.push_async_callback(self.phones[account].close)

    # the controller

    @property
    def url(self) -> str:
        web = self.site.settings.web
        return f"http://{web.host}:{web.port}"

    @property
    def log_file(self) -> Path:
        return self.site.state / "hotline.log"

    async def start_controller(self, *before: str) -> None:
        """`hotline serve`, up with its switch; `before` is a command to run it by."""
        if before:
            command = (*before, sys.executable, "-m", "hotline", "serve", "--site", str(self.folder))
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            with self.log_file.open("ab") as log:
                self.controller = await asyncio.create_subprocess_exec(*command, stderr=log, env=env, cwd=ROOT)
        else:
            self.controller = await asyncio.to_thread(ForkedController, ROOT, self.folder, self.log_file)
        await until(self.serves, 60.0)

    async def stop_controller(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it, by default in good order; its exit code."""
        assert self.controller is not None
        if self.controller.returncode is None:
            self.controller.send_signal(number)
        return await asyncio.wait_for(self.controller.wait(), 15.0)

    async def serves(self) -> bool:
        assert self.controller is not None
        assert self.controller.returncode is None, self.log_file.read_text()[-3000:]
        with contextlib.suppress(aiohttp.ClientError):
            return bool((await self.live())["switch_up"])
        return False

    @property
    def recordings(self) -> Path:
        """The folder into which the switch records."""
        return self.asterisk.settings.recording_dir

    # what it says of itself

    async def live(self) -> dict[str, Any]:
        async with self.session.get("/live") as answer:
            answer.raise_for_status()
            view: dict[str, Any] = await answer.json()
            return view

    async def post(self, path: str, **body: Any) -> int:
        async with self.session.post(path, json=body or None) as answer:
            return answer.status

    async def call_of(self, caller: str) -> dict[str, Any] | None:
        """The call that goes on from this number; the board masks numbers, so only its last four digits count."""
        found = [call for call in (await self.live())["calls"] if call["caller"].endswith(caller[-4:])]
        return found[0] if found else None

    async def in_place(self, caller: str, place: str, deadline_s: float = 10.0) -> dict[str, Any]:
        """The call from this number once it is in `place`."""
        seen: list[dict[str, Any] | None] = []

        async def there() -> bool:
            seen.append(await self.call_of(caller))
            return seen[-1] is not None and seen[-1]["place"] == place

        try:
            await until(there, deadline_s)
        except TimeoutError:
            raise AssertionError(f"{caller} is not {place} but {seen[-1]}") from None
        assert seen[-1] is not None
        return seen[-1]

    async def agent_is(self, agent: str, *states: str) -> None:
        """Return once the agent is in one of these states."""

        async def so() -> bool:
            return any(row["agent"] == agent and row["state"] in states for row in (await self.live())["agents"])

        await until(so, 10.0)

    def logged(self, event: str, since: int = 0) -> list[dict[str, Any]]:
        """Lines of the controller's log with this event, after byte `since`."""
        written = self.log_file.read_bytes()[since:]
        lines = written[: written.rfind(b"\n") + 1].splitlines()  # the last one may be half there
        rows = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [row for row in rows if row["event"] == event]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the database."""
        with contextlib.closing(sqlite3.connect(f"file:{self.site.database}?mode=ro", uri=True)) as connection:
            return list(connection.execute(query, values))

    async def row_of(self, caller: str, deadline_s: float = 10.0) -> dict[str, Any]:
        """The row of the call log of the newest call from this number, once it is there."""
        names = ("call", "outcome", "agent", "cause", "version", "arrived_at", "queued_at", "answered_at", "ended_at")
        query = f"SELECT {', '.join(names)} FROM calls WHERE caller LIKE ? ORDER BY arrived_at DESC LIMIT 1"
        await until(lambda: bool(self.rows(query, f"%{caller}")), deadline_s)
        return dict(zip(names, self.rows(query, f"%{caller}")[0], strict=True))

    async def publish(
        self,
        files: Mapping[str, str],
        sounds: Mapping[str, int],
        words: Mapping[str, str] | None = None,
        lengths_s: Mapping[str, float] | None = None,
    ) -> None:
        """Change files of the site, add phrases (tones of so many Hz, three seconds long if nothing else is said, or
        words), publish, wait until it is taken up."""
        prompts = self.folder / "prompts"
        texts = {**yaml.safe_load((prompts / "en.yaml").read_text()), **dict.fromkeys(sounds, "beep"), **(words or {})}
        for name, text in {**files, "prompts/en.yaml": yaml.safe_dump(texts)}.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        for name, hz in sounds.items():
            record(prompts / "recordings/en" / f"{name}.wav", hz, (lengths_s or {}).get(name, 3.0))
        before = (await self.live())["version"]
        await publish(self.site, Espeak())
        await asyncio.to_thread(self.approve)
        assert await self.post("/reload") == 200

        async def taken_up() -> bool:
            return bool((await self.live())["version"] != before)

        await until(taken_up)

    # people

    @property
    def registrar(self) -> tuple[str, int]:
        return ("127.0.0.1", self.asterisk.settings.sip_port)

    async def dial(self, caller: str, number: str = NUMBER) -> OutgoingCall:
        """A caller who says the caller's tone all the time."""
        return await self.line.dial(number, caller_id=caller, clip=tone(CALLER, 1.0))

    async def queued(self, caller: str) -> OutgoingCall:
        """A caller who has come to the queue."""
        call = await self.dial(caller)
        await call.hear_tone(MENU)
        await call.press("1")
        return call

    @contextlib.asynccontextmanager
    async def signed_in(self, agent: str, on_ring: OnRing) -> AsyncIterator[AgentPhone]:
        """An agent who is there for a while, ready and with nothing on the line."""
        phone = self.phones[agent]
        phone.on_ring = on_ring
        while not phone.new_calls.empty():
            phone.new_calls.get_nowait()  # nobody looked at it
        assert await self.post(f"/agents/{agent}/sign-in") == 200
        try:
            await self.agent_is(agent, "idle", "offered", "talking")
            yield phone
        finally:
            assert await self.post(f"/agents/{agent}/sign-out") == 200
            await asyncio.gather(*(call.hang_up() for call in tuple(phone.calls)))
            await self.agent_is(agent, "offline")

    async def replace_phone(self, agent: str) -> None:
        """Another phone for an agent whose phone has vanished, at an address of its own.

        A switch may go on repeating what the phone that vanished has not answered, for 32 s (RFC 3261, timer B). At
        the old address nobody is there to hear it ring.
        """
        endpoint = await Endpoint.open()
        self._stack.callback(endpoint.close)
        self.phones[agent] = await self._phone(agent, endpoint=endpoint)
        self._stack.push_async_callback(self.phones[agent].close)

    async def clear(self) -> None:
        """Send everybody away, however the test that brought them has ended: the next one meets nobody of it."""
        assert self.controller is not None
        if self.controller.returncode is not None:
            await self.start_controller()
        for endpoint in {self.endpoint, *(phone.endpoint for phone in self.phones.values())}:
            calls = [dialog for dialog in endpoint._dialogs.values() if isinstance(dialog, Call)]
            await asyncio.gather(*(call.hang_up() for call in calls))
        for agent in self.phones:
            assert await self.post(f"/agents/{agent}/sign-out") == 200
            await self.agent_is(agent, "offline")
        await self.nobody_left()

    async def nobody_left(self, deadline_s: float = 15.0) -> None:
        """Every caller has hung up, and the house knows."""

        async def empty() -> bool:
            return not (await self.live())["calls"]

        await until(empty, deadline_s)

    async def _phone(
        self, account: str, registrar: tuple[str, int] | None = None, endpoint: Endpoint | None = None
    ) -> AgentPhone:
        store = self.site.state / "secrets" / "accounts.json"
        provided = "sent to Asterisk"
        await until(lambda: store.exists() and f"agent-{account}" in store.read_text(), 15.0)
        credentials = Credentials(f"agent-{account}", SecretStore(store).get(f"agent-{account}"))
        phone = AgentPhone(endpoint or self.endpoint, registrar or self.registrar, credentials, display=account)

        async def registered() -> bool:
            try:
                await phone.register()
            except Exception as error:  # noqa: BLE001 - the account comes a moment after the controller
                nonlocal provided
                provided = str(error)
                return False
            return True

        await until(registered, 15.0)
        return phone


async def _never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that takes the question and hangs."""
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            pass
    writer.close()

"""The SIP gate: a real Kamailio before a trunk, another system's INVITEs; a controller decides, errs, or is gone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from calls.dependencies import Dependency
from dialer.governor.decisions import Decision
from dialer.governor.history import State
from dialer.governor.questions import Question
from hotline.gate.attempts import LedgerAttempts
from hotline.gate.configuration import configuration
from hotline.gate.decider import Attempts, Decider
from hotline.gate.instance import ProxyProcess, located_or_installed
from hotline.gate.netstrings import netstring
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import Subjects
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, open_ledger
from hotline.site.gate import GateSource, Mode
from phones.agent_phone import AgentPhone, Answer, OnRing, Reject
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from tests.live.conftest import until
from tests.ports import free_port
from tests.unit.hotline.governing.asking import MONDAY
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.live

SECRET = "only-for-this-test"
CALLEE = "13800138000"
SHOWN = "4000095183"
HOST = "127.0.0.1"


@dataclass
class Trunk:
    """The far side of the gate: one number that somebody answers."""

    endpoint: Endpoint
    phone: AgentPhone
    invites: list[str] = field(default_factory=list)


@dataclass
class House:
    """A gate, its ledger, the trunk behind it, and the system before it."""

    folder: Path
    proxy: ProxyProcess
    trunk: Trunk
    line: PhoneLine
    sources: dict[str, GateSource]
    ledger: KeptLedger
    gate: Gate
    port: int
    decider_port: int

    @contextlib.asynccontextmanager
    async def deciding(self, attempts: Attempts | None = None) -> AsyncIterator[Decider]:
        """A controller that answers, there until the end of the block."""
        state = Dependency("sip gate", time.time)
        attempts = attempts or LedgerAttempts(Reserving(self.gate, self.ledger))
        decider = Decider(
            HOST, self.decider_port, SECRET, self.sources, attempts, "CN", state, utc=lambda: MONDAY, talk_s=0.0
        )
        task = asyncio.create_task(decider.run())
        await until(lambda: state.state == "up")
        await asyncio.sleep(0.1)  # its first ping
        try:
            yield decider
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def dial(self, scene: str = "offer", **headers: str) -> OutgoingCall:
        """The other system's call."""
        return await self.line.dial(CALLEE, caller_id=SHOWN, headers={"X-Hotline-Scene": scene, **headers})

    async def states(self) -> list[State]:
        """Of all attempts in the ledger, oldest first."""
        history = await self.ledger.history("+86" + CALLEE, "", "", 0.0)
        return [call.state for call in reversed(history.calls)]

    def reaction(self, on_ring: OnRing) -> None:
        self.trunk.phone.on_ring = on_ring


@contextlib.asynccontextmanager
async def house(folder: Path, mode: Mode = "enforce", port: int = 0) -> AsyncIterator[House]:
    """`port`: the source is known by this one, too."""
    sip_port = free_port(socket.SOCK_DGRAM)
    decider_port = free_port(socket.SOCK_STREAM)
    far, near = await Endpoint.open(), await Endpoint.open()
    phone = AgentPhone(far, (far.host, far.port), Credentials(CALLEE, ""), lambda call: Answer(clip=tone(900, 5.0)))
    address = f"{HOST}:{port}" if port else HOST
    sources = {"dialer": GateSource(address=address, trunk=f"sip:{far.host}:{far.port}", mode=mode)}
    text = configuration(
        address=HOST,
        port=sip_port,
        decider_port=decider_port,
        secret=SECRET,
        sources=sources,
        modules=(await asyncio.to_thread(located_or_installed)).modules,
        workers=2,
    )
    now = await asyncio.to_thread(lambda: of_folder(write(folder / "site")))
    subjects = Subjects("CN", MemoryLists(), MemoryPersons())
    ledger = open_ledger(Place(file=folder / "ledger.db"), lambda: MONDAY)
    gate = Gate(lambda: now, lambda _: subjects, ledger, utc=lambda: MONDAY)
    await ledger.expire()  # its tables are there
    line = PhoneLine(near, (HOST, sip_port), SHOWN)
    try:
        async with ProxyProcess(folder / "proxy", text, decider_port) as proxy:
            yield House(folder, proxy, Trunk(far, phone), line, sources, ledger, gate, sip_port, decider_port)
    finally:
        await phone.close()
        far.close()
        near.close()
        await ledger.close()


@pytest_asyncio.fixture
async def gated(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as found:
        yield found


async def refused(call: OutgoingCall) -> int:
    """The status of a call that does not pass."""
    with pytest.raises(CallFailed) as failed:
        await call.answered(5.0)
    return failed.value.status


async def test_an_allowed_call_passes_is_heard_and_counted(gated: House) -> None:
    async with gated.deciding():
        call = await gated.dial(**{"X-Hotline-Person": "p-1"})
        await call.answered(5.0)
        await call.hear_tone(900, 5.0)
        assert await gated.states() == ["answered"]
        await call.hang_up()
        await until(lambda: states_are(gated, ["effective"]))
        assert len(gated.trunk.phone.facts) == 1


async def states_are(gated: House, wanted: list[State]) -> bool:
    return await gated.states() == wanted


async def test_one_call_too_many_is_refused_and_never_reaches_the_trunk(gated: House) -> None:
    async with gated.deciding() as decider:
        for _ in range(2):
            call = await gated.dial()
            await call.answered(5.0)
            await call.hang_up()
        assert await refused(await gated.dial()) == 603
        assert len(gated.trunk.phone.facts) == 2
        assert (decider.asked, decider.refused) == (3, 1)


async def test_a_refusal_carries_rule_and_policy_and_nothing_of_the_callee(gated: House) -> None:
    async with gated.deciding():
        answer = await asyncio.to_thread(raw_invite, gated.port, "no_such_scene")
    reason = next(line for line in answer.splitlines() if line.startswith("Reason:"))
    policy = gated.gate.in_force.governed
    assert policy is not None
    assert answer.startswith("SIP/2.0 603 ")
    assert reason == f'Reason: SIP;cause=603;text="governor.scene of policy {policy.policy.hash}"'


async def test_without_a_controller_nothing_passes_and_it_is_said_at_once(gated: House) -> None:
    began = time.monotonic()
    assert await refused(await gated.dial()) == 503
    assert time.monotonic() - began < 1.0
    async with gated.deciding():
        await (await gated.dial()).answered(5.0)
    await asyncio.sleep(0.2)  # the proxy sees the link end
    assert [await refused(await gated.dial()) for _ in range(5)] == [503] * 5
    assert len(gated.trunk.phone.facts) + len(gated.trunk.phone.calls) == 1


class Silent:
    """A ledger that never answers."""

    async def reserve(self, question: Question, key: str, shadow: bool) -> tuple[Decision, int | None]:
        await asyncio.Event().wait()
        raise AssertionError

    async def settle(self, attempt: int, state: State, call: str, result: str, talked_until: float) -> None: ...


class Failing(Silent):
    async def reserve(self, question: Question, key: str, shadow: bool) -> tuple[Decision, int | None]:
        raise RuntimeError("13800138000")


@pytest.mark.parametrize("attempts", [Silent(), Failing()])
async def test_a_controller_that_cannot_decide_lets_nothing_pass(gated: House, attempts: Attempts) -> None:
    async with gated.deciding(attempts):
        began = time.monotonic()
        assert await refused(await gated.dial()) == 503
        assert time.monotonic() - began < 2.0
    assert gated.trunk.phone.facts == []


async def test_a_controller_that_dies_with_the_question_in_its_hands_lets_nothing_pass(gated: House) -> None:
    async with gated.deciding(Silent()):
        call = await gated.dial()
        await asyncio.sleep(0.1)
    assert await refused(call) == 503
    assert gated.trunk.phone.facts == []


async def test_what_became_of_a_call_is_settled(gated: House) -> None:
    gated.reaction(lambda call: Reject(486))
    async with gated.deciding():
        assert await refused(await gated.dial("remind")) == 486
        await until(lambda: states_are(gated, ["attempted"]))
        history = await gated.ledger.history("+86" + CALLEE, "", "", 0.0)
        assert [(one.result, one.category) for one in history.calls] == [("busy", "service")]


async def test_what_is_said_to_the_gate_alone_goes_no_further(gated: House) -> None:
    seen: list[str] = []
    receive = gated.trunk.endpoint._receive_request

    def noting(request: object, *rest: object) -> None:
        seen.append(str(getattr(request, "headers", "")))
        receive(request, *rest)  # type: ignore[arg-type]  # as it came

    gated.trunk.endpoint._receive_request = noting  # type: ignore[method-assign]
    async with gated.deciding():
        call = await gated.dial(**{"X-Hotline-Person": "p-1", "X-Hotline-Account": "a-1"})
        await call.answered(5.0)
        await call.hang_up()
    assert seen
    assert "x-hotline" not in "".join(seen).lower()


async def test_in_shadow_every_call_passes_and_the_ledger_has_what_would_have_been(tmp_path: Path) -> None:
    async with house(tmp_path, "shadow") as gated:
        async with gated.deciding():
            for _ in range(3):
                call = await gated.dial()
                await call.answered(5.0)
                await call.hang_up()
            await until(lambda: states_are(gated, ["effective"] * 3))
        await (await gated.dial()).answered(5.0)  # nobody decides, and it passes all the same


async def test_who_is_off_passes_unasked(tmp_path: Path) -> None:
    async with house(tmp_path, "off") as gated:
        call = await gated.dial()
        await call.answered(5.0)
        await call.hang_up()
        assert await gated.states() == []


async def test_a_stranger_does_not_get_to_the_trunk(tmp_path: Path) -> None:
    async with house(tmp_path, port=1) as gated, gated.deciding():
        assert await refused(await gated.dial()) == 403
        assert gated.trunk.phone.facts == []


@pytest.mark.parametrize("said", [b"secret wrong-wrong-wrong", b"ping"])
async def test_whoever_has_not_shown_the_secret_is_believed_nothing(gated: House, said: bytes) -> None:
    _, writer = await asyncio.open_connection(HOST, gated.decider_port)
    for message in (said, b"ping", b"ping"):
        writer.write(netstring(message))
    await asyncio.sleep(0.2)
    assert await refused(await gated.dial()) == 503
    writer.close()


async def test_whoever_has_not_shown_the_secret_is_asked_nothing(gated: House) -> None:
    reader, writer = await asyncio.open_connection(HOST, gated.decider_port)
    writer.write(netstring(b"secret wrong-wrong-wrong"))
    async with gated.deciding():
        assert await refused(await gated.dial("no_such_scene")) == 603
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()


def raw_invite(port: int, scene: str) -> str:
    """The final answer to an INVITE, as it comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((HOST, 0))
        peer.settimeout(5.0)
        own = peer.getsockname()[1]
        invite = (
            f"INVITE sip:{CALLEE}@{HOST}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{own};branch=z9hG4bKraw\r\n"
            f"From: <sip:{SHOWN}@{HOST}>;tag=1\r\nTo: <sip:{CALLEE}@{HOST}>\r\nCall-ID: raw@{HOST}\r\n"
            "CSeq: 1 INVITE\r\n"
            f"Max-Forwards: 70\r\nContact: <sip:{SHOWN}@{HOST}:{own}>\r\nX-Hotline-Scene: {scene}\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        peer.sendto(invite.encode(), (HOST, port))
        while True:
            answer = peer.recv(65_536).decode()
            if not answer.startswith("SIP/2.0 1"):
                return answer

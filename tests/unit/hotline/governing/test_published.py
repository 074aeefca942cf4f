"""What is in force: another version, approvals and withdrawals are taken up; what cannot be read denies."""

import asyncio
import time
from pathlib import Path

import pytest

from hotline.governing import approving
from hotline.governing.gate import Gate
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.published import Published
from hotline.governing.subjects import Subjects
from hotline.server.gate import ServerGate
from hotline.versions.store import Versions
from tests.unit.hotline.governing.asking import MONDAY, question
from tests.unit.hotline.governing.gated_site import approve, approve_policy, change, publish_again, published, write

pytestmark = pytest.mark.unit


async def verdict(gate: Gate) -> str:
    return (await gate.check(question(), MONDAY)).decision.verdict


def gate_of(watched: Published) -> Gate:
    subjects = Subjects("CN", MemoryLists(), MemoryPersons())
    return Gate(lambda: watched.now, lambda _: subjects)


async def test_approvals_and_withdrawals_are_taken_up_at_the_next_look(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    watched = Published(Versions(site.versions), site.database)
    gate = gate_of(watched)
    assert await verdict(gate) == "deny"
    await watched.look()
    assert await verdict(gate) == "deny"
    approve(site)
    await watched.look()
    assert await verdict(gate) == "allow"
    same = watched.now
    await watched.look()
    assert watched.now is same
    approving.withdraw(site, ["offer"], "zhao", "stop")
    await watched.look()
    assert await verdict(gate) == "deny"


async def test_what_decides_is_noted_before_it_does_with_the_approved_policy_that_it_is(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    approve(site)
    noted: list[str] = []
    watched = Published(Versions(site.versions), site.database, note=noted.append)
    await watched.look()
    await watched.look()
    assert watched.now.ruling is not None
    assert watched.now.governed is not None
    (line,) = noted
    assert line.startswith(f"{watched.now.governed.policy.hash}: approved policy {watched.now.ruling.version}, ")
    assert line.endswith(f" of version {watched.now.version}")
    approving.withdraw(site, ["offer"], "zhao", "stop")
    await watched.look()
    assert noted[1:] == [line.replace(line[:32], watched.now.governed.policy.hash)], "a scene decides, too"


async def test_what_cannot_be_noted_decides_nothing(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    approve(site)

    def full(told: str) -> None:
        raise OSError("no space left on device")

    watched = Published(Versions(site.versions), site.database, note=full)
    await watched.look()
    assert await verdict(gate_of(watched)) == "deny"
    assert watched.now.trouble == "no space left on device"


async def test_another_version_is_taken_up_and_one_that_cannot_be_read_denies(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    approve(site)
    watched = Published(Versions(site.versions), site.database)
    gate = gate_of(watched)
    await watched.look()
    before = watched.now.version
    change(site, "dialplans/policies/house.yaml", "at_most: 2", "at_most: 3")
    await asyncio.to_thread(publish_again, site)
    await watched.look()
    assert watched.now.version != before
    assert await verdict(gate) == "allow", "the policy that was approved rules on"
    assert "does not rule: it is not approved" in watched.waiting()
    approve_policy(site)
    await watched.look()
    assert watched.waiting() == ""
    assert await verdict(gate) == "deny", "the scene is not approved under the new policy"
    approve(site)
    await watched.look()
    assert await verdict(gate) == "allow"
    policy = site.versions / watched.now.version / "source/dialplans/policies/house.yaml"
    text = policy.read_text()
    policy.write_text(text.replace("frequency", "frequncy:"))
    watched = Published(Versions(site.versions), site.database)
    await watched.look()
    answer = await gate_of(watched).check(question(), MONDAY)
    assert (answer.decision.verdict, answer.decision.reasons[0].rule) == ("deny", "gate.policy")
    policy.write_text(text)
    await watched.look()
    assert await verdict(gate_of(watched)) == "allow"


async def test_the_end_of_an_approval_is_taken_up(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    approve(site, "offer", effective_until=time.time() + 1000)
    now = time.time()
    clock = [now]
    watched = Published(Versions(site.versions), site.database, lambda: clock[0])
    await watched.look()
    assert watched.now.governed is not None
    assert watched.now.governed.standings["offer"].refused == ""
    clock[0] = now + 1000
    await watched.look()
    assert watched.now.governed.standings["offer"].refused == "its approval has ended"


async def test_a_site_without_a_version_or_a_store_denies(tmp_path: Path) -> None:
    site = write(tmp_path)
    watched = Published(Versions(site.versions), site.database)
    await watched.look()
    assert await verdict(gate_of(watched)) == "deny"
    assert "store" in watched.now.trouble or "published" in watched.now.trouble


async def test_the_servers_gate_reads_the_do_not_call_file_anew(tmp_path: Path) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("13900139000\n")
    settings = "languages: [en]\nzone: Asia/Shanghai\ndo_not_call: listed.txt\n"
    site = await asyncio.to_thread(lambda: published(tmp_path, hotline=settings))
    approve(site)
    server = ServerGate(site, Versions(site.versions))
    assert await verdict(server.gate) == "deny"
    await server.look()
    assert await verdict(server.gate) == "allow"
    assert server.feed.count == 2
    listed.write_text("13900139000\n13800138000\n")
    await server.look()
    assert await verdict(server.gate) == "deny"

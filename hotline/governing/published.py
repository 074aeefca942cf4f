"""The policy in force: the approved one that rules, and the scenes of the published version as they are approved."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from calls.errors import BadInput, HotlineError
from dialer.scenes.approval import Approval, by_scene
from dialer.scenes.book import EMPTY, Book, versions_of
from dialer.scenes.governing import Governed, under_policy
from hotline.governing.policies import Ruling, look
from hotline.store import approvals
from hotline.versions.policies import compiled_again
from hotline.versions.store import Versions
from hotline.versions.zone_data import zone_data

log = structlog.get_logger("hotline")


@dataclass(frozen=True, slots=True)
class InForce:
    """What decides now. `governed` None: nothing can be decided, for the reason in `trouble`; everything is denied."""

    version: str = ""
    """Of the site's files."""
    book: Book = EMPTY
    governed: Governed | None = None
    trouble: str = "no policy has been read yet"
    own: tuple[str, ...] = ()
    """The house's own numbers, as entry.yaml has them."""
    region: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    ruling: Ruling | None = None
    """The policy that rules, and the one that waits; None: without scenes none is asked."""
    versions_waiting: Mapping[str, str] = field(default_factory=dict)
    """The versions that the scenes will have under the published policy, where that does not rule yet."""


def load(versions: Versions, database: Path, version: str, now: float) -> InForce:
    """Read a published version, the policy that rules, and the approvals as they are at `now`. Raises BadInput."""
    book, program = versions.book(version), versions.program(version)
    zone = ZoneInfo(program.zone)
    own = tuple(number for number in program.entries if number != "default")
    if not book.scenes:
        base = compiled_again(versions.policies(version), book, zone)
        return InForce(version, book, under_policy(base, book, {}, now, zone_data()), "", own, program.region, zone)
    ruling = look(versions, database, version, now)
    book = msgspec.structs.replace(book, approvals=ruling.rules)
    if ruling.trouble:
        return InForce(version, book, None, ruling.trouble, own, program.region, zone, ruling)
    base = compiled_again(ruling.sources, book, zone, earlier=ruling.waits)
    given: list[Approval] = approvals.approvals(database) if database.exists() else []
    governed = under_policy(base, book, by_scene(given), now, zone_data())
    waiting = _waiting(ruling, book, zone) if ruling.waits else {}
    return InForce(version, book, governed, "", own, program.region, zone, ruling, waiting)


def _waiting(ruling: Ruling, book: Book, zone: ZoneInfo) -> dict[str, str]:
    policy = compiled_again(ruling.published_sources, book, zone)
    return versions_of(book, {name: policy.scene_hash(name) for name in book.scenes})


class Published:
    """Keeps what is in force up to date: `look` once a second. For one event loop."""

    def __init__(
        self,
        versions: Versions,
        database: Path,
        utc: Callable[[], float] = time.time,
        note: Callable[[str], None] = lambda told: None,
    ) -> None:
        """`note` writes down what decides from now on, before it does; it raises OSError where that is impossible."""
        self._note = note
        self._noted = ""
        self._versions = versions
        self._database = database
        self._utc = utc
        self._seen: tuple[str | None, tuple[int, ...]] | None = None
        self._next_change = float("inf")
        self.now = InForce()
        """What decides; replaced as a whole."""

    async def look(self) -> None:
        """Take up another version, an approval, a withdrawal, or the end of one.

        What cannot be read denies everything until it can: an approval that is not known may have been withdrawn.
        """
        try:
            current = self._versions.current()
            if self._seen is not None and self._seen[0] == current and not self.now.book.scenes:
                return  # without a scene there is nothing to be approved
            seen = current, await asyncio.to_thread(self._approvals)
            if seen == self._seen and self._utc() < self._next_change:
                return
            if current is None:
                raise BadInput("nothing is published yet: hotline publish")
            now = await asyncio.to_thread(load, self._versions, self._database, current, self._utc())
            await self._note_once(now)
        except (HotlineError, ValueError, OSError, sqlite3.Error) as error:
            if str(error) != self.now.trouble:
                log.error("no call is allowed: policy not read", error=str(error), advice="mend it, and publish again")
            self.now, self._seen = InForce(trouble=str(error)), None
            return
        self.now, self._seen = now, seen
        self._next_change = self._change_after(now, self._utc())
        scenes = 0 if now.governed is None else sum(not one.refused for one in now.governed.standings.values())
        hash_ = "" if now.governed is None else now.governed.policy.hash
        rules = "" if now.ruling is None else now.ruling.version
        counts = {"scenes": len(now.book.scenes), "approved": scenes}
        log.info("policy taken up", version=now.version, rules=rules, policy=hash_, **counts)
        if waiting := self.waiting():
            log.warning("policy waits for approval", told=waiting, advice="hotline govern policy diff, then approve")

    async def _note_once(self, now: InForce) -> None:
        """Whoever finds the hash of a decision years later finds here which approved policy it was."""
        if now.governed is None or now.governed.policy.hash == self._noted:
            return
        rules = "none" if now.ruling is None else now.ruling.version or "none"
        told = f"{now.governed.policy.hash}: approved policy {rules}, scenes and hours of version {now.version}"
        await asyncio.to_thread(self._note, told)
        self._noted = now.governed.policy.hash

    def waiting(self) -> str:
        """Why the published policy does not rule, in words; empty: it does."""
        return "" if self.now.ruling is None else self.now.ruling.waiting(self.now.zone)

    def told(self) -> dict[str, Any] | None:
        """What rules, what waits and why, for other systems; None of a site without scenes, whose gate asks none."""
        now, ruling = self.now, self.now.ruling
        if ruling is None and now.governed is not None:
            return None
        governed = now.governed
        return {
            "rules": "" if ruling is None else ruling.version,
            "since": None if ruling is None else ruling.since,
            "approvers": () if ruling is None else ruling.approvers,
            "policy": "" if governed is None else governed.policy.hash,
            "published": "" if ruling is None else ruling.published,
            "waits": ruling is not None and ruling.waits,
            "why": now.trouble if governed is None else self.waiting(),
            "scenes": len(now.book.scenes),
            "may_call": 0 if governed is None else sum(not one.refused for one in governed.standings.values()),
        }

    def _approvals(self) -> tuple[int, ...]:
        return *approvals.state(self._database), *approvals.state(self._database, of="policy")

    def _change_after(self, now: InForce, at: float) -> float:
        """The next instant at which the approvals come to something else by themselves."""
        ruled = float("inf") if now.ruling is None else now.ruling.next_change
        standings = () if now.governed is None else now.governed.standings.values()
        ends = [one.until for one in standings if one.until is not None and one.until > at]
        return min([ruled, *ends])

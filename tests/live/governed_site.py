"""A house whose calls to numbers outside pass the gate, on a real switch: scenes, a policy, a trunk, people."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from hotline.demo.approvals import approve_all
from hotline.site.site import Site
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.gateway import Gateway
from tests.live.live_site import NUMBER, LiveSite
from tests.live.site_files import record

USER, PASSWORD = "4000095183", "open sesame"
SHOWN = "+864000095183"
REFUSED, NO_ANSWER, BUSY, UNREACHABLE = 300, 800, 500, 700
LISTED = "13900008009"

SCENES = {
    "scenes": {
        "call_back": {"category": "service", "channel": "callback", "caller_ids": "main", "record": "always"},
        "by_hand": {"category": "service", "channel": "human", "caller_ids": "main", "ring": {"longest": "5 s"}},
        "offer": {"category": "marketing", "channel": "human", "caller_ids": "main"},
        "handed_on": {"category": "service", "channel": "human", "caller_ids": "main"},
    }
}
POLICY = {
    "policy": "house",
    "layer": "group",
    "pools": {"main": {SHOWN: {"certified": True}}},
    "rules": {
        "a_day": {
            "for": {"category": "marketing"},
            "frequency": {"at_most": 1, "count": "attempts", "per": "number", "in": "24 h"},
            "cite": "article 12",
        }
    },
}
CALLBACKS = (
    "queues:\n  care:\n    record: false\n    ring_s: 8\n    wrap_up_s: 1\n    miss_limit: 9\n"
    "    callback: {expires_s: 120, tries: 2, retry_s: 5, ring_s: 6, confirm_s: 5, scene: call_back}\n"
    "    steps: [{after_s: 1, offer: callback}]\n"
)
FLOW = """\
flow: main
start: choose
choose: {menu: menu, keys: {1: care}, no_input: {tries: 0, then: bye}, wrong: {tries: 0, then: bye}}
care:
  queue: care
  skills: [care]
  offers: {callback: {key: 1, say: callback_offer, then: {hangup: callback_kept}}}
  then: bye
bye: {hangup: bye}
"""
SPOKEN = (
    "callback_offer",
    "callback_confirm",
    "callback_number",
    "callback_refused",
    "callback_kept",
    "whisper_callback",
)
MENU, OFFER, KEPT, NOT_KEPT, THIRD = 600, 900, 1000, 1200, 1600


class GovernedSite(LiveSite):
    """Scenes for all that it calls, a policy, a trunk, and people who have approved the scenes."""

    carrier: Gateway

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        files = {
            "dialplans/trunks.yaml": yaml.safe_dump({"trunks": {"carrier": self.carrier.as_trunk(USER, SHOWN)}}),
            "dialplans/outgoing.yaml": "kinds: [mobile]\nrecord: false\nring_s: 30\nscene: by_hand\n",
            "dialplans/transfers.yaml": "reach_s: 6\nkinds: [mobile]\nscene: handed_on\n",
            "dialplans/queues.yaml": CALLBACKS,
            "dialplans/flows/main.yaml": FLOW,
            "dialplans/entry.yaml": f'default: main\n"{NUMBER}": main\n',
            "dialplans/scenes/house.yaml": yaml.safe_dump(SCENES),
            "dialplans/policies/house.yaml": yaml.safe_dump(POLICY),
            "do_not_call.txt": f"{LISTED}\n",
        }
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        sounds = {
            "dial_refused": REFUSED,
            "dial_no_answer": NO_ANSWER,
            "dial_busy": BUSY,
            "dial_unreachable": UNREACHABLE,
            "menu": MENU,
            "callback_offer": OFFER,
            "callback_kept": KEPT,
            "callback_refused": NOT_KEPT,
        }
        words = {**dict.fromkeys((*sounds, *SPOKEN), "beep"), "callback_confirm": "Call {phone}?", "bye": "beep"}
        prompts = self.folder / "prompts/en.yaml"
        prompts.write_text(yaml.safe_dump({**yaml.safe_load(prompts.read_text()), **words}))
        for name, hz in sounds.items():
            record(self.folder / "prompts/recordings/en" / f"{name}.wav", hz, 0.6)
        (site.state / "secrets").mkdir(parents=True)
        (site.state / "secrets/carrier").write_text(PASSWORD + "\n")
        return site

    def approve(self) -> None:
        approve_all(self.site)

    def attempts(self, number: str) -> list[tuple[Any, ...]]:
        """Of the ledger: scene, state, result and agent of each attempt to this number, the oldest first."""
        query = "SELECT scene, state, result, agent, caller_id, recording FROM attempts WHERE number = ? ORDER BY id"
        with contextlib.closing(sqlite3.connect(f"file:{self.site.state}/ledger.db?mode=ro", uri=True)) as connection:
            return list(connection.execute(query, (f"+86{number}",)))

    async def trunk_is_up(self) -> bool:
        """Whether the controller knows that the trunk is registered, which the carrier knows before."""
        async with self.session.get("/trunks") as answer:
            return bool(self.carrier.registered and [one["state"] for one in await answer.json()] == ["up"])

    async def settled(self, number: str, *wanted: tuple[str, str, str]) -> None:
        """Return once the attempts to this number are these: scene, state and result."""
        found: list[tuple[Any, ...]] = []

        def so() -> bool:
            found[:] = [row[:3] for row in self.attempts(number)]
            return found == list(wanted)

        try:
            await until(so, 15.0)
        except TimeoutError:
            raise AssertionError(f"{found} and not {wanted}") from None


class GovernedOnFreeSwitch(GovernedSite, FreeSwitchSite):
    """The same with another switch under it."""


@contextlib.asynccontextmanager
async def governed(switch: str, folder: Path, installation: Installation) -> AsyncIterator[GovernedSite]:
    """A house on this kind of switch, whose trunk is up: its carrier is ours."""
    kind = GovernedSite if switch == "asterisk" else GovernedOnFreeSwitch
    site = kind(folder, installation, {"do_not_call": "do_not_call.txt"})
    site.carrier = await Gateway.at("127.0.0.2", Credentials(USER, PASSWORD))
    try:
        async with site:
            await until(site.trunk_is_up, 30.0)
            yield site
    finally:
        site.carrier.close()


async def dial(house: GovernedSite, **body: Any) -> tuple[int, str]:
    async with house.session.post("/agents/8001/dial", json=body) as answer:
        return answer.status, str((await answer.json()).get("detail", ""))

"""A house with campaigns on a real switch: scenes that are approved, lists that are imported, people behind a trunk."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import yaml

from dialer.campaigns.contacts import ENDS
from hotline.contacts.importing import Wanted, import_list
from hotline.demo.approvals import approve_all
from hotline.site.site import Site
from phones.agent_phone import AgentPhone, OnRing
from phones.digest import Credentials
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.live_site import LiveSite
from tests.live.site_files import record

SHOWN = "+864000095183"
SAFE_HARBOUR = 1200
"""What somebody hears for whom nobody is there, in Hz."""
_POLICY = f"""\
policy: house
layer: group
pools: {{main: {{'{SHOWN}': {{certified: true}}}}}}
rules:
  refused: {{do_not_call: {{lists: [do_not_call]}}, cite: article 9}}
"""
_CAMPAIGN: Mapping[str, Any] = {
    "mode": "progressive",
    "queue": "care",
    "at_once": 5,
    "ring": "4 s",
    "wrap_up": "60 s",
    "retry": {"tries": 2, "after": "1 h"},
    "dispositions": {
        "promise": {"code": 1},
        "complaint": {"meaning": "refused", "code": 9},
    },
}


class CampaignSite(LiveSite):
    """`people` has the numbers of each list; scene, list and campaign have one name."""

    carrier: Gateway
    people: Mapping[str, tuple[str, ...]]
    changes: Mapping[str, Mapping[str, Any]] = {}
    """What a campaign has in place of `_CAMPAIGN`'s."""

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        carrier = {"address": self.carrier.address, "caller_ids": [SHOWN], "outgoing": {"form": "national"}}
        scenes = {
            name: {
                "category": "service",
                "channel": "human",
                "owner": "sales",
                "caller_ids": "main",
                "script_elsewhere": "handbook, chapter 1",
                "list": name,
                "retry": {"tries": 2, "after": "1 h"},
            }
            for name in self.people
        }
        campaigns = {name: {**_CAMPAIGN, "scene": name, **self.changes.get(name, {})} for name in self.people}
        files = {
            "dialplans/trunks.yaml": yaml.safe_dump({"trunks": {"carrier": carrier}}),
            "dialplans/outgoing.yaml": f"kinds: [mobile, fixed]\ncaller_id: '{SHOWN}'\n",
            "dialplans/policies/house.yaml": _POLICY,
            "dialplans/scenes/all.yaml": json.dumps({"scenes": scenes}),
            "dialplans/campaigns/all.yaml": json.dumps({"campaigns": campaigns}),
            "dialplans/queues.yaml": "queues: {care: {ring_s: 4, wrap_up_s: 0, miss_limit: 99}}\n",
        }
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        prompts = self.folder / "prompts/en.yaml"
        prompts.write_text(yaml.safe_dump({**yaml.safe_load(prompts.read_text()), "safe_harbour": "beep"}))
        record(self.folder / "prompts/recordings/en/safe_harbour.wav", SAFE_HARBOUR, 2.0)
        return site

    def approve(self) -> None:
        assert set(self.people) <= set(approve_all(self.site))

    def before(self) -> None:
        for name, numbers in self.people.items():
            file = self.folder / f"{name}.csv"
            rows = "".join(f"{name}-{place},{number}\n" for place, number in enumerate(numbers))
            file.write_text(f"person,mobile\n{rows}", encoding="utf-8")
            import_list(self.site.database, file, Wanted(name, "CN", "test"))

    async def order(self, name: str, act: str = "start") -> None:
        """Start a campaign, or stop it."""
        assert await self.post(f"/campaigns/{name}", act=act, author="test") == 200

    def tries(self, name: str) -> list[dict[str, Any]]:
        """The tries of a campaign that are over, in the order of their ends."""
        names = ("number", "verdict", "rule", "result", "disposition", "abandoned", "agent", "call", "attempt")
        query = f"SELECT {', '.join(names)} FROM campaign_tries WHERE campaign = ? ORDER BY ended_at"
        return [dict(zip(names, row, strict=True)) for row in self.rows(query, name)]

    async def tried(self, name: str, count: int = 1, said: str = "", deadline_s: float = 30.0) -> list[dict[str, Any]]:
        """Its tries, once there are so many; `said`: with this disposition."""

        def there() -> bool:
            return sum(not said or row["disposition"] == said for row in self.tries(name)) >= count

        try:
            await until(there, deadline_s)
        except TimeoutError:
            raise AssertionError(f"not {count}: {json.dumps(self.tries(name))}") from None
        return self.tries(name)

    def states(self, name: str) -> dict[str, int]:
        """How many of its contacts are in each state."""
        query = "SELECT state, count(*) FROM campaign_contacts WHERE campaign = ? GROUP BY state"
        return dict(self.rows(query, name))  # type: ignore[arg-type]

    def ended(self, name: str) -> dict[str, int]:
        """Of these the ones that are ends."""
        return {state: count for state, count in self.states(name).items() if state in ENDS}

    async def over(self, name: str, count: int, deadline_s: float = 80.0) -> None:
        """Returns once so many contacts are at an end, and there are no others; AssertionError with those left."""
        try:
            await until(
                lambda: sum(self.states(name).values()) == sum(self.ended(name).values()) == count, deadline_s, 0.1
            )
        except TimeoutError:
            columns = "person, state, due_at, last_result, detail"
            rows = self.rows(f"SELECT {columns} FROM campaign_contacts WHERE campaign = ?", name)
            left = [row for row in rows if row[1] not in ENDS]
            raise AssertionError(f"{len(rows)} of {count}, not over: {left}; {self.tries(name)[-5:]}") from None

    @contextlib.asynccontextmanager
    async def person(self, number: str, on_ring: OnRing) -> AsyncIterator[AgentPhone]:
        """Somebody of the network."""
        phone = AgentPhone(self.carrier, (self.carrier.host, 5060), Credentials(number, ""), on_ring)
        try:
            yield phone
        finally:
            await phone.close()

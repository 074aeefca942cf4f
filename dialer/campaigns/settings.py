"""Settings of campaigns, as dialplans/campaigns/*.yaml have them once read: all durations in seconds."""

from typing import Literal

import msgspec

from calls.ids import Seconds
from dialer.answering_machines.settings import Detection
from dialer.campaigns.results import Disposition
from dialer.pacing.settings import PacingSettings
from dsl.hours import Hours

Mode = Literal["preview", "progressive", "predictive", "agentless"]
"""`preview`: an agent sees who it is, and says when. `progressive`: one call for each agent who is free. `predictive`:
as pacing decides. `agentless`: a prompt or a flow speaks, at most `at_once` calls are up."""
Order = Literal["listed", "newest", "fewest_tries"]
NEVER = float("inf")


class ListShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of contacts by name, and its share of the calls where several have somebody left."""

    name: str
    weight: int = 1


class RetryRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a person is tried again. Counted from the attempt, and each try is asked of the governor anew."""

    tries: int = 1
    """The most over all numbers and lists, the first one included."""
    after_s: Seconds = 14_400.0
    by_result: dict[str, Seconds] = {}
    """By the result or disposition of the last try; NEVER: not again."""
    next_number: frozenset[str] = frozenset({"no_answer", "switched_off", "invalid_number", "wrong_number", "machine"})
    """After these results the person's next number is tried, and else the same one."""
    next_number_after_s: Seconds = 60.0
    """The wait before a number of the person that was not tried yet."""


class CampaignSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One campaign: a scene's calls, made by a mode, taken by a queue's agents or a flow."""

    name: str
    scene: str
    mode: Mode
    lists: tuple[ListShare, ...]
    title: str = ""
    queue: str = ""
    """Of the agents who take the answers; empty only where it is agentless."""
    skills: tuple[str, ...] = ()
    """Further skills that the agent must have, as `queue` steps write them."""
    flow: str = ""
    """Agentless: the flow that answers walk."""
    order: Order = "listed"
    retry: RetryRules = RetryRules()
    ring_s: Seconds = 30.0
    at_once: int = 10
    """The most calls of this campaign that are dialled or up at one time, whatever pacing says."""
    patience_s: Seconds = 2.0
    """An answer with no agent for so long is abandoned, and hears `safe_harbour`."""
    safe_harbour: str = "safe_harbour"
    """The phrase of prompts/ with who called and how to be called no more (16 CFR 310.4(b)(4)(iii))."""
    detection: Detection = Detection()
    dispositions: tuple[Disposition, ...] = ()
    disposition_required: bool = True
    """After-call work lasts until the agent has said one, and at most `wrap_up_s`."""
    wrap_up_s: Seconds = 120.0
    preview_s: Seconds = 60.0
    """A preview that is neither taken nor declined for so long goes back."""
    keep_free: int = 0
    """Blending: so many agents of the queue are left to inbound callers; while one waits there nobody is dialled."""
    callers_first: tuple[str, ...] = ()
    """Further queues: while a caller waits in one of these nobody is dialled either."""
    pacing: PacingSettings = PacingSettings()
    hours: str = ""
    """The entry of hours.yaml outside of which it rests; empty: it never does."""
    calendar: Hours | None = None
    """That entry, as it was published."""
    zone: str = "UTC"
    """IANA; where a day and a month of the pacing's windows end, and the hour of a contact whose zone is not known."""
    fetch_ahead: int = 50
    """Contacts that are kept in hand ahead of dialling."""

    @property
    def inbound_queues(self) -> tuple[str, ...]:
        """The queues whose waiting callers come before its calls."""
        return tuple(dict.fromkeys((self.queue, *self.callers_first))) if self.queue else self.callers_first

    @property
    def detects(self) -> bool:
        """Whether answers are judged before anybody is asked for. The agent of a preview hears by themselves."""
        return self.detection.on and self.mode != "preview"

    def disposition(self, name: str) -> Disposition | None:
        """The one of this name; None where there is none."""
        return next((one for one in self.dispositions if one.name == name), None)

"""A house around the campaigns core: a store in memory, a gate that says what it is told, switches that do nothing."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from calls.events import ClockSet
from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.commands import CampaignCommand
from dialer.campaigns.core import Campaigns
from dialer.campaigns.results import Disposition
from dialer.campaigns.settings import CampaignSettings, ListShare, Mode, RetryRules
from sim.campaigns.rows import Rows, people

T = TypeVar("T")
UTC_AT_START = 1_800_000_000.0
SAID = (
    Disposition(name="promise", code="1"),
    Disposition(name="later", meaning="callback", effective=False),
    Disposition(name="no_more", meaning="refused"),
    Disposition(name="stranger", meaning="wrong_number", effective=False),
    Disposition(name="try_again", meaning="again", effective=False),
    Disposition(name="angry", meaning="reached", case="complaint"),
)


def campaign(mode: Mode = "progressive", **changes: object) -> CampaignSettings:
    """A campaign `spring` of the list `spring`, three tries an hour apart."""
    options: dict[str, object] = {
        "name": "spring",
        "scene": "renewal",
        "mode": mode,
        "lists": (ListShare("spring"),),
        "queue": "" if mode == "agentless" else "care",
        "flow": "survey" if mode == "agentless" else "",
        "retry": RetryRules(tries=3, after_s=3600.0),
        "dispositions": SAID,
    }
    return CampaignSettings(**(options | changes))  # type: ignore[arg-type]


class House:
    """Drives the core. `said` has every command so far; fetches and rows are answered by themselves.

    `answers`: whether the store answers at once; else `Fetch` stays in `unanswered`. `recalls`: likewise `Recall`.
    """

    def __init__(self, *campaigns: CampaignSettings, rows: Rows | None = None) -> None:
        settings = campaigns or (campaign(),)
        self.versions: dict[str, Mapping[str, CampaignSettings]] = {"v1": {one.name: one for one in settings}}
        self.core = Campaigns(self.versions.__getitem__)
        self.rows = rows or Rows({"spring": people(1, 10)})
        self.now = 100.0
        self.said: list[CampaignCommand] = []
        self.answers = True
        self.recalls = True
        self.unanswered: list[commands.Fetch] = []
        self.on_command: Callable[[CampaignCommand], None] = lambda command: None
        self.do(ClockSet(UTC_AT_START - self.now))
        self.do(events.SettingsInForce("v1"))

    @property
    def utc(self) -> float:
        return self.now + self.core.state.offset_s

    def do(self, event: events.CampaignEvent) -> list[CampaignCommand]:
        """Tell the core of an event, and have done what it wants of the store."""
        return self._carry_out(self.core.handle(event, self.now))

    def _carry_out(self, wanted: list[CampaignCommand]) -> list[CampaignCommand]:
        self.said += wanted
        given = list(wanted)
        for command in wanted:
            self.on_command(command)
            if isinstance(command, commands.KeepContact):
                self.rows.keep(command)
            if isinstance(command, commands.LogTry):
                self.rows.log(command)
        for command in wanted:
            if isinstance(command, commands.Fetch):
                if self.answers:
                    given += self.do(self.rows.fetch(command, self.utc))
                else:
                    self.unanswered.append(command)
            if isinstance(command, commands.Recall) and self.recalls:
                given += self.do(self.rows.recall(command))
        return given

    def wait(self, seconds: float) -> list[CampaignCommand]:
        """Let time go by, tick by tick."""
        until, given = self.now + seconds, []
        while (due := self.core.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            given += self._carry_out(self.core.tick(self.now))
        self.now = until
        return given

    def start(self, name: str = "spring") -> list[CampaignCommand]:
        return self.do(events.CampaignOrdered(name, "start", "kim"))

    def agents(self, *names: str, queue: str = "care") -> None:
        for name in names:
            self.do(events.AgentSeen(queue, AgentId(name), "free"))

    def asked(self) -> commands.Ask:
        """The newest question to the gate."""
        return next(one for one in reversed(self.said) if isinstance(one, commands.Ask))

    def placed(self) -> AttemptId:
        """Start, with one agent, and have the first contact's call placed: its attempt."""
        self.start()
        self.agents("ann")
        attempt = self.asked().attempt
        self.do(events.Allowed(attempt))
        return attempt

    def talking(self) -> AttemptId:
        """Likewise, answered, and with the agent."""
        attempt = self.placed()
        self.do(events.Answered(attempt))
        self.do(events.Connected(attempt, AgentId("ann")))
        self.do(events.AgentSeen("care", AgentId("ann"), "talk", "spring"))
        return attempt


def of_kind(kind: type[T], said: list[CampaignCommand]) -> list[T]:
    """The commands of this kind."""
    return [one for one in said if isinstance(one, kind)]

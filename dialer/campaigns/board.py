"""The board: what all parts of the campaigns core share: state, settings in force, the commands of this turn."""

from collections.abc import Callable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from calls.ids import AttemptId, Instant
from dialer.campaigns.commands import CampaignCommand
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord, Hand, State

Versions = Callable[[str], Mapping[str, CampaignSettings]]
"""The campaigns of a published version, by name."""


class Board:
    """Shared by the parts of the core."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self.state = State()
        self.settings: Mapping[str, CampaignSettings] = {}
        self.now: Instant = 0.0
        self.out: list[CampaignCommand] = []
        self.touched: dict[str, None] = {}
        """Campaigns of which something has changed in this turn, so that more may be dialled."""
        self._timers: list[tuple[Instant, str, str]] = []

    @property
    def utc(self) -> float:
        """The wall clock of this turn, epoch seconds."""
        return self.now + self.state.offset_s

    def give(self, command: CampaignCommand) -> None:
        """Have this done."""
        self.out.append(command)

    def use(self, version: str) -> None:
        """Go by the settings of this version."""
        self.state.version = version
        self.settings = self._versions(version)

    def touch(self, campaign: str) -> None:
        """Look at this campaign at the end of the turn."""
        self.touched[campaign] = None

    def touch_queue(self, queue: str) -> None:
        """Likewise all that run and have agents of this queue, or let its callers come first."""
        for record, settings in self.running():
            if queue in settings.inbound_queues:
                self.touch(record.name)

    def running(self) -> Iterator[tuple[CampaignRecord, CampaignSettings]]:
        """Campaigns that dial, or would within their hours."""
        for record in self.state.campaigns.values():
            if record.state == "running":
                yield record, self.settings[record.name]

    def hand(self, attempt: AttemptId) -> tuple[CampaignRecord, Hand] | None:
        """The try that goes on under this id; None: it is over, or was never."""
        found = self.state.tries.get(attempt)
        if found is None:
            return None
        record = self.state.campaigns[found[0]]
        return record, record.hands[found[1]]

    # time

    def wake(self, at: Instant, campaign: str, what: str) -> None:
        """Look at this campaign again at `at`; `what` is the name of a row, of a list, or empty. It may be told again,
        and for nothing: whoever is woken looks whether something is due."""
        heappush(self._timers, (at, campaign, what))

    def wake_at_utc(self, at: float, campaign: str, what: str) -> None:
        """Likewise, at UTC epoch seconds."""
        self.wake(max(at - self.state.offset_s, self.now), campaign, what)

    def next_timer(self) -> Instant | None:
        """The earliest of them."""
        return self._timers[0][0] if self._timers else None

    def due(self) -> Iterator[tuple[str, str]]:
        """All that are due, in order, each once."""
        seen: dict[tuple[str, str], None] = {}
        while self._timers and self._timers[0][0] <= self.now:
            _, campaign, what = heappop(self._timers)
            seen[campaign, what] = None
        return iter(seen)

    def set_timers(self, timers: list[tuple[Instant, str, str]]) -> None:
        """Begin anew with these: after a restart, or when the clock was set."""
        self._timers = timers
        heapify(self._timers)

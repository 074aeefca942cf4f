"""Paces: the pacing core of each predictive campaign, told what becomes of its calls and what its agents do."""

from collections.abc import Iterator

from calls.events import Tick
from calls.ids import AgentId, AttemptId, CallId, Instant
from dialer.campaigns.board import Board
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import AgentDoes, CampaignRecord, Hand
from dialer.campaigns.windows import local_hour, next_end
from dialer.pacing import events as pacing
from dialer.pacing.commands import Dial, ModeChanged
from dialer.pacing.core import Pacing
from dialer.pacing.ledgers import WindowCount


class Paces:
    """The pace of each predictive campaign that was ever started. What it says while the campaign does not dial is
    answered with `NotDialled`, so it neither waits for calls nor believes in them."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._by_campaign: dict[str, Pacing] = {}
        self._ordered: dict[str, int] = {}

    def of(self, settings: CampaignSettings) -> Pacing | None:
        """The core of this campaign; None where it is not predictive. One that is new is told who is there."""
        if settings.mode != "predictive":
            return None
        core = self._by_campaign.get(settings.name)
        if core is None:
            core = self._by_campaign[settings.name] = Pacing(settings.pacing)
            for agent, record in self._board.state.agents.items():
                if settings.queue in record.queues:
                    self._seen(core, agent, record.does, "")
            self._share(settings, core)
        return core

    def tell(self, settings: CampaignSettings, event: pacing.PacingEvent) -> None:
        """Tell the campaign's pace, if it has one; what it orders is counted until `ordered` takes it."""
        core = self.of(settings)
        if core is None:
            return
        for command in core.handle(event, self._board.now):
            match command:
                case Dial(count):
                    self._ordered[settings.name] = self._ordered.get(settings.name, 0) + count
                    self._board.touch(settings.name)
                case ModeChanged():
                    self._board.touch(settings.name)

    def ordered(self, campaign: str) -> int:
        """How many calls it wants now; whoever takes them dials them, or says so."""
        return self._ordered.pop(campaign, 0)

    def not_dialled(self, settings: CampaignSettings, count: int) -> None:
        """So many of those are not placed."""
        if count > 0:
            self.tell(settings, pacing.NotDialled(count))

    def why_progressive(self, settings: CampaignSettings) -> str:
        """Why it dials one call for each free agent only; empty where it over-dials."""
        core = self.of(settings)
        if core is None:
            return ""
        return core.why if core.mode == "progressive" else ""

    def windows(self, settings: CampaignSettings) -> tuple[WindowCount, ...]:
        """What each window of the campaign has counted; none where no pace steers it."""
        core = self._by_campaign.get(settings.name) if settings.mode == "predictive" else None
        return () if core is None else core.ledgers.counts()

    # calls

    def dialled(self, settings: CampaignSettings, attempt: AttemptId, hand: Hand) -> None:
        """A call is placed."""
        self.tell(settings, pacing.Dialled(CallId(attempt), self.cell(settings, hand)))

    def cell(self, settings: CampaignSettings, hand: Hand) -> pacing.Cell:
        """What this contact's chance to answer depends on."""
        zone = next((one.zone for one in hand.contact.numbers if one.number == hand.number and one.zone), settings.zone)
        return pacing.Cell(hand.list, hand.contact.tries, local_hour(self._board.utc, zone))

    # agents

    def agent(self, queue: str, agent: AgentId, does: AgentDoes | None, handling: str) -> None:
        """Tell every pace of this queue what the agent does now; None: they are away."""
        for settings in self._predictive(queue):
            core = self.of(settings)
            if core is not None:
                known = len(core.agents.by_id)
                self._seen(core, agent, does, handling, settings)
                if len(core.agents.by_id) != known:
                    self._share(settings, core)

    def _seen(
        self,
        core: Pacing,
        agent: AgentId,
        does: AgentDoes | None,
        handling: str,
        settings: CampaignSettings | None = None,
    ) -> None:
        event: pacing.PacingEvent
        if does is None:
            event = pacing.AgentAway(agent)
        elif does == "free":
            event = pacing.AgentFree(agent)
        else:
            own = settings is not None and handling == settings.name
            event = pacing.AgentBusy(agent, does, core.settings.campaign if own else handling)
        if settings is None:
            core.handle(event, self._board.now)
        else:
            self.tell(settings, event)

    def _share(self, settings: CampaignSettings, core: Pacing) -> None:
        """Agents who are left to inbound callers are a share of those who become free."""
        if settings.keep_free:
            share = settings.keep_free / max(len(core.agents.by_id), settings.keep_free)
            core.handle(pacing.InboundShare(max(share, settings.pacing.inbound_share)), self._board.now)

    def _predictive(self, queue: str) -> Iterator[CampaignSettings]:
        for name in tuple(self._by_campaign):
            settings = self._board.settings.get(name)
            if settings is not None and settings.mode == "predictive" and settings.queue == queue:
                yield settings

    # time

    def calling_until(self, settings: CampaignSettings, at: float | None) -> None:
        """The campaign's hours end at `at` (UTC epoch seconds): what is lent until then is worth nothing after."""
        self.tell(settings, pacing.CallingUntil(None if at is None else at - self._board.state.offset_s))

    def roll(self, record: CampaignRecord, settings: CampaignSettings) -> None:
        """End the windows that are over, and wait for the next ends."""
        if settings.mode != "predictive":
            return
        utc = self._board.utc
        for window in settings.pacing.windows:
            ended_at = record.windows.get(window.name)
            if ended_at is not None and utc < ended_at:
                continue
            end = next_end(window.every, utc, settings.zone, ended_at)
            if end is None:
                continue
            record.windows[window.name] = end
            self._board.wake_at_utc(end, record.name, "")
            ends_at = end - self._board.state.offset_s
            self.tell(settings, pacing.WindowRolled(window.name, ends_at))

    def next_deadline(self) -> Instant | None:
        """The earliest at which a pace decides again, of the campaigns that have anybody to dial."""
        first: Instant | None = None
        for _, core in self._deciding():
            due = core.next_deadline()
            if due is not None and (first is None or due < first):
                first = due
        return first

    def tick(self) -> None:
        """Let those decide whose time has come."""
        for settings, core in tuple(self._deciding()):
            due = core.next_deadline()
            if due is not None and due <= self._board.now:
                self.tell(settings, Tick(self._board.now))

    def _deciding(self) -> Iterator[tuple[CampaignSettings, Pacing]]:
        for record, settings in self._board.running():
            core = self._by_campaign.get(record.name)
            if core is not None and record.hands and settings.mode == "predictive" and not record.rests:
                yield settings, core

    def settings_changed(self) -> None:
        """Go on with what was learned, by the settings of another version. Of a campaign that is published no more it
        is forgotten."""
        for name, core in list(self._by_campaign.items()):
            settings = self._board.settings.get(name)
            if settings is None:
                del self._by_campaign[name]
                self._ordered.pop(name, None)
            elif settings.pacing != core.settings:
                learned = core.snapshot()
                self._by_campaign[name] = Pacing(settings.pacing)
                self._by_campaign[name].restore(learned)

    # snapshots

    def snapshot(self) -> dict[str, bytes]:
        """Each one's state."""
        return {name: core.snapshot() for name, core in self._by_campaign.items()}

    def restore(self, cores: dict[str, bytes]) -> None:
        """Go on from there; one whose campaign is not published any more is left out."""
        for name, data in cores.items():
            settings = self._board.settings.get(name)
            if settings is not None:
                self._by_campaign[name] = Pacing(settings.pacing)
                self._by_campaign[name].restore(data)

"""The campaigns core: all campaigns of the house; events of contacts, calls and agents in, commands out.

Synchronous and deterministic, with no clock and no I/O. Of a list of millions it holds a window of `fetch_ahead`
contacts; whoever is due later waits in the store's rows, and the core wakes at the instant at which the first of them
is due. So nothing is asked again and again.
"""

from collections.abc import Iterable
from typing import assert_never

from calls.events import ClockSet, Tick
from calls.ids import AttemptId, Instant
from dialer.campaigns import events
from dialer.campaigns.agents import Agents
from dialer.campaigns.board import Board, Versions
from dialer.campaigns.commands import CampaignChanged, CampaignCommand
from dialer.campaigns.detecting import Detecting
from dialer.campaigns.dialling import Dialling
from dialer.campaigns.gate_answers import GateAnswers
from dialer.campaigns.late import LateWords
from dialer.campaigns.lists import Lists
from dialer.campaigns.outages import OUT_OF_SERVICE, Outages
from dialer.campaigns.paces import Paces
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.shifts import Shifts
from dialer.campaigns.state import CampaignRecord, State, decode, encode, row_name
from dialer.campaigns.states import CAMPAIGNS, HandState
from dialer.campaigns.tries import Tries
from dialer.pacing.ledgers import WindowCount

OUTSIDE_HOURS = "outside_hours"
"""Why a campaign that runs calls nobody."""
_LIVE = frozenset({"shown", "asking", "dialling", "answered", "speaking", "unserved", "talking", "noting"})


class Campaigns:
    """All campaigns, a `calls.ports.Core`. `versions` gives the campaigns of a published version, by name.

    `now` may jump ahead; one that is before the last counts as the last.
    """

    def __init__(self, versions: Versions) -> None:
        self._board = board = Board(versions)
        self._paces = Paces(board)
        self._lists = Lists(board)
        self._agents = Agents(board, self._paces)
        self._outages = Outages(board)
        self._tries = Tries(board, self._agents, self._lists, self._paces, self._outages)
        self._answers = GateAnswers(board, self._lists, self._paces, self._tries, self._outages)
        self._shifts = Shifts()
        self._late = LateWords(board, self._agents, self._lists, self._tries)
        self._detecting = Detecting(board, self._paces, self._tries.serve)
        self._dialling = Dialling(board, self._agents, self._lists, self._paces, self._tries, self._outages)

    @property
    def state(self) -> State:
        """All that is known, to read."""
        return self._board.state

    def settings(self, name: str) -> CampaignSettings | None:
        """The settings in force of this campaign; None where it is published no more."""
        return self._board.settings.get(name)

    def queues(self) -> tuple[str, ...]:
        """The queues whose agents take answers of any campaign that is published."""
        return tuple(dict.fromkeys(one.queue for one in self._board.settings.values() if one.queue))

    def running_queues(self) -> tuple[str, ...]:
        """The queues whose waiting callers come before calls of campaigns that dial now."""
        return tuple(dict.fromkeys(one for _, settings in self._board.running() for one in settings.inbound_queues))

    def over(self, attempts: Iterable[AttemptId]) -> list[AttemptId]:
        """Those of these tries of which nothing may become known any more."""
        later = {one.row.attempt for one in self.state.machines.values()}
        return [attempt for attempt in attempts if attempt not in self.state.tries and attempt not in later]

    def state_of(self, attempt: AttemptId) -> HandState | None:
        """The state of the contact whose try goes on under this id; None where there is none."""
        found = self._board.hand(attempt)
        return None if found is None else found[1].state

    def refusal(self, event: events.CampaignOrdered) -> str:
        """Why this order changes nothing; empty where it does. Nothing changes here."""
        record = self.state.campaigns.get(event.campaign)
        if event.campaign not in self._board.settings and record is None:
            return f"no campaign {event.campaign} is published"
        state = record.state if record is not None else "ready"
        if event.act == "start" and event.campaign not in self._board.settings:
            return f"the campaign {event.campaign} is published no more"
        return CAMPAIGNS.ignored.get(state, {}).get(event.act, "")

    def windows(self, name: str) -> tuple[WindowCount, ...]:
        """What each regulatory window of a campaign has counted; none where no pace steers it. Nothing changes."""
        settings = self._board.settings.get(name)
        return () if settings is None else self._paces.windows(settings)

    def handle(self, event: events.CampaignEvent, now: Instant) -> list[CampaignCommand]:
        """Take one event. What is not known, or over, changes nothing."""
        board = self._board
        board.now = max(now, board.now)
        board.out = []
        self._take(event)
        while board.touched:
            touched, board.touched = board.touched, {}
            records = [board.state.campaigns[name] for name in touched if name in board.state.campaigns]
            for record in sorted(records, key=lambda one: (one.asked, one.name)):
                self._look(record)
        return board.out

    def next_deadline(self) -> Instant | None:
        """The earliest instant at which something is due."""
        if not self._board.state.campaigns:
            return self._board.next_timer()  # asked for after each event of the house, and most have none
        timer, pace = self._board.next_timer(), self._paces.next_deadline()
        if timer is None or pace is None:
            return pace if timer is None else timer
        return min(timer, pace)

    def tick(self, now: Instant) -> list[CampaignCommand]:
        """Do what is due."""
        return self.handle(Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two events, as bytes."""
        self.state.pacing = self._paces.snapshot()
        data = encode(self.state)
        self.state.pacing = {}
        return data

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot. Only in a new core. Raises msgspec.ValidationError for what is none."""
        board = self._board
        board.state = decode(data)
        if board.state.version:
            board.use(board.state.version)
        self._paces.restore(board.state.pacing)
        board.state.pacing = {}
        self._set_timers()

    # events

    def _take(self, event: events.CampaignEvent) -> None:
        board, tries = self._board, self._tries
        match event:
            case Tick():
                self._tick()
            case events.Fetched(campaign=name):
                record = board.state.campaigns.get(name)
                if record is not None:
                    self._lists.fetched(record, board.settings.get(name), event)
            case events.Allowed():
                self._answers.allowed(event)
            case events.Deferred():
                self._answers.deferred(event)
            case events.Denied():
                self._answers.denied(event)
            case events.Rang():
                tries.rang(event)
            case events.Answered():
                tries.answered(event)
            case events.Detected():
                self._detecting.detected(event)
            case events.WasPerson():
                self._detecting.was_person(event)
            case events.CalledIn():
                self._detecting.called_in(event)
            case events.Connected():
                tries.connected(event)
            case events.NoticePlayed():
                tries.notice_played(event)
            case events.Unserved():
                tries.unserved(event)
            case events.Ended():
                tries.ended(event)
            case events.Dispositioned(attempt=attempt):
                if board.hand(attempt) is None:
                    self._late.said(event)
                else:
                    tries.dispositioned(event)
            case events.PreviewAnswered():
                tries.preview_answered(event)
            case events.AgentSeen():
                self._agent_seen(event)
            case events.CallersWaiting(queue, count):
                board.state.callers[queue] = count
                board.touch_queue(queue)
            case _:
                self._take_rarer(event)

    def _take_rarer(
        self,
        event: events.SettingsInForce
        | events.HoursReplaced
        | events.CampaignOrdered
        | events.ListGrew
        | events.Recalled
        | events.Resumed
        | ClockSet,
    ) -> None:
        board = self._board
        match event:
            case events.Recalled():
                self._late.recalled(event)
            case events.SettingsInForce(version):
                self._publish(version)
            case events.HoursReplaced(others):
                board.state.other_hours = others
                for record, own in board.running():
                    if own.hours:
                        board.touch(record.name)
            case events.CampaignOrdered():
                self._ordered(event)
            case events.ListGrew(name):
                self._lists.grew(name)
                for record in board.state.campaigns.values():
                    if name in record.lists and record.on("list_grew"):
                        self._agents.changed()
            case events.Resumed():
                for record in board.state.campaigns.values():
                    settings = board.settings.get(record.name)
                    self._tries.ask_again(record, settings)
                    if settings is not None:
                        self._lists.ask_again(record, settings)
                self._late.ask_again()
            case ClockSet(offset_s):
                board.state.offset_s = offset_s
                self._set_timers()
                for record, settings in board.running():
                    self._paces.roll(record, settings)
                    board.touch(record.name)
            case _:
                assert_never(event)

    def _tick(self) -> None:
        board = self._board
        self._paces.tick()
        for name, what in board.due():
            record, settings = board.state.campaigns[name], board.settings.get(name)
            kind, _, which = what.partition(" ")
            if kind == "row" and which in record.hands:
                self._tries.woken(record, record.hands[which])
            elif kind == "list" and settings is not None:
                self._lists.woken(record, settings, which)
            elif kind == "recall":
                self._late.woken(which)
            elif kind == "" and settings is not None and record.state == "running":
                self._paces.roll(record, settings)
                board.touch(name)

    def _agent_seen(self, event: events.AgentSeen) -> None:
        known = self._board.state.agents.get(event.agent)
        seen = self._board.hand(known.attempt) if known is not None and known.attempt is not None else None
        self._agents.seen(event)
        if seen is not None and event.state != "free":
            settings = self._board.settings.get(seen[0].name)
            gone = event.agent not in self._board.state.agents
            if event.state != "away" or gone or settings is None or settings.queue == event.queue:
                self._tries.agent_went(event.agent, seen)

    def _publish(self, version: str) -> None:
        """Go by another version: a campaign that it has not is stopped, a list that one has no more is given back."""
        board = self._board
        board.use(version)
        self._paces.settings_changed()
        self._agents.changed()
        for record in board.state.campaigns.values():
            settings = board.settings.get(record.name)
            if settings is None:
                if record.state in ("running", "paused", "draining"):
                    record.reason = "published no more"
                    self._stop(record)
                continue
            wanted = {share.name for share in settings.lists}
            for name in record.lists:
                if name not in wanted:
                    self._lists.give_all_back(record, only=name)
            board.touch(record.name)

    def _ordered(self, event: events.CampaignOrdered) -> None:
        board = self._board
        if self.refusal(event):
            return
        record = board.state.campaigns.setdefault(event.campaign, CampaignRecord(event.campaign))
        record.author, record.reason = event.author, event.reason
        board.touch(record.name)
        match event.act:
            case "start":
                record.on("start")
                for rows in record.lists.values():
                    rows.dry = False
                self._agents.changed()
                self._outages.worked(record)  # whoever starts it has mended something
                self._paces.roll(record, board.settings[record.name])
            case "pause" | "drain":
                record.on(event.act)
                self._agents.changed()
                self._tries.end_previews(record)
            case "stop":
                self._stop(record)
            case _:
                assert_never(event.act)

    def _stop(self, record: CampaignRecord) -> None:
        record.on("stop")
        self._agents.changed()
        self._tries.give_up(record)
        self._lists.give_all_back(record)
        self._board.touch(record.name)

    # after each event

    def _look(self, record: CampaignRecord) -> None:
        """Dial more where there is room, and say how the campaign is where that has changed."""
        board = self._board
        settings = board.settings.get(record.name)
        running = settings is not None and record.state == "running"
        self._look_at_the_clock(record, settings if running else None)
        if settings is not None and running and not record.rests:
            self._dialling.fill(record, settings)
            if self._lists.exhausted(record, settings):
                record.on("exhausted")
                self._agents.changed()
        elif settings is not None:
            self._paces.not_dialled(settings, self._paces.ordered(record.name))
        if record.state == "draining" and not any(hand.state in _LIVE for hand in record.hands.values()):
            record.on("emptied")
            self._lists.give_all_back(record)
        self._tell(record)

    def _look_at_the_clock(self, record: CampaignRecord, settings: CampaignSettings | None) -> None:
        """Whether it is inside its own hours; outside of them those who wait go back, as in a pause. None: it does not
        run."""
        board = self._board
        inside, changes_at = True, None
        if settings is not None:
            others = board.state.other_hours.get(settings.hours)
            inside, changes_at = self._shifts.now(settings, board.utc, others)
        if (record.rests, record.changes_at) == (not inside, changes_at):
            return
        if record.rests == inside:
            self._agents.changed()
        record.rests, record.changes_at = not inside, changes_at
        if changes_at is not None:
            board.wake_at_utc(changes_at, record.name, "")
        if settings is not None:
            self._paces.calling_until(settings, changes_at if inside else None)
        if record.rests:
            self._tries.end_previews(record)
            self._lists.give_all_back(record)

    def _tell(self, record: CampaignRecord) -> None:
        settings = self._board.settings.get(record.name)
        mode, why, until = record.mode, record.why, None
        if settings is not None:
            why, mode = "", settings.mode
            if record.rests:
                why, until = OUTSIDE_HOURS, record.changes_at
            elif record.state == "running":
                why = self._dialling.why(record, settings)
                mode = "progressive" if why else mode
                why = OUT_OF_SERVICE if record.again_at is not None else why
        if (record.told, record.mode, record.why, record.until) != (record.state, mode, why, until):
            record.told, record.mode, record.why, record.until = record.state, mode, why, until
            author, reason = record.author, record.reason
            self._board.give(CampaignChanged(record.name, record.state, mode, why, author, reason, until))

    def _set_timers(self) -> None:
        """All that is waited for, in the state as it is."""
        board = self._board
        timers: list[tuple[Instant, str, str]] = []
        for record in board.state.campaigns.values():
            for hand in record.hands.values():
                if hand.due is not None:
                    timers.append((hand.due, record.name, f"row {row_name(hand.contact.key)}"))
            for name, rows in record.lists.items():
                if rows.again is not None:
                    timers.append((rows.again, record.name, f"list {name}"))
                if rows.due_at is not None:
                    timers.append((rows.due_at - board.state.offset_s, record.name, f"list {name}"))
            ends = [*record.windows.values(), *([] if record.changes_at is None else [record.changes_at])]
            timers += [(at - board.state.offset_s, record.name, "") for at in ends]
            if record.again_at is not None:
                timers.append((record.again_at, record.name, ""))
        for attempt, word in board.state.recalls.items():
            if word.again is not None:
                timers.append((word.again, attempt.partition("/")[0], f"recall {attempt}"))
        board.set_timers(timers)

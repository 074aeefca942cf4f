"""The house in virtual time: the router, a switch in memory that obeys the contract of the real ones, and the world.

Each command of the router is carried out as the live executor would have it: sound and legs by the switch, the rest by
what stands here for the store, the vault, services and lists. What becomes of it comes back as an event, in virtual
time. The journal is the one that a live controller would have written.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from acd.commands import AgentChanged, CalledAgain, OfferLapsed, SuggestWayOut, WaitWidened
from calls import commands as door
from calls import events as seen
from calls.causes import Cause, DeviceState
from calls.errors import BrokenRule
from calls.ids import AgentId, CallId, Instant, LegId, Seconds
from complaints.cases import FileCase
from control.messages import commands, events, log_commands
from control.register.call import Call
from control.register.register import call_id
from control.routing.assembly import make_router
from dialer.campaigns import commands as campaigns
from ivr.commands import (
    CheckSecret,
    HideDigits,
    Lookup,
    QuestionAnswered,
    QuestionUnanswered,
    ShowDigits,
    SurveyAnswered,
    TurnTaken,
    Understand,
    VoicemailLeft,
)
from ivr.machine.core import Ivr
from ivr.vault import Vault
from sim.chance import Columns
from sim.driver import LAST
from sim.house.agents import AgentsAtWork
from sim.house.callers import Caller, Callers
from sim.house.dialplan import Dialplan
from sim.house.scenario import Arrival, HouseScenario
from sim.house.services import CHECKED_S, Services
from sim.house.tally import Tally
from sim.house.words import Words
from switch.fake import FakeSwitch, LeaveRinging, PickUp, Refuse, Timeline, World
from switch.fake.state import Phone

Journal = Callable[[Instant, events.RouterEvent], None]
"""Takes each event with its instant before the router does."""
_DECIDES_NOTHING = frozenset({seen.CommandDone, seen.CallRinging})
"""As the live server: these need not cost a turn and a row of the journal."""
_DURABLE_S = 0.05
_NIGHT_S = 86_400.0
"""So long after the last caller the run ends, whoever is left."""


def _nothing(command: Any) -> None:
    """For screens, the log and the disk, of which the simulation has none."""


class House:
    """One run. `run` lives it through; the figures are in `tally`, the agents' time in `agents`."""

    def __init__(
        self,
        dialplan: Dialplan,
        scenario: HouseScenario,
        arrivals: list[Arrival],
        columns: Columns,
        journal: Journal = lambda now, event: None,
        watch: Callable[[Instant, events.RouterEvent, list[commands.RouterCommand]], None] | None = None,
    ) -> None:
        """`watch` sees each event with what the router ordered, after it was carried out."""
        self.timeline = Timeline()
        self.switch = FakeSwitch(self.timeline)
        self._ivr = Ivr({dialplan.version: dialplan.program})
        self.router = make_router(
            {dialplan.version: dialplan.program},
            lambda version: dialplan.configuration,
            dialplan.directory,
            walks=self._ivr,
        )
        self.tally = Tally()
        self._dialplan = dialplan
        self._scenario = scenario
        self._arrivals = arrivals
        self._columns = columns
        self._journal = journal
        self._watch = watch
        self._vault = Vault()
        self._words = Words(dialplan.program, self.switch.clips)
        self._outside = World(self.switch)
        self.agents = AgentsAtWork(scenario, columns, self.timeline, self.switch.phones, self._outside, self.take)
        self.callers = Callers(
            dialplan.program,
            scenario,
            columns,
            self.timeline,
            self._outside,
            lambda: self._ivr.sessions,
            self._words,
        )
        self.numbers: dict[CallId, int] = {}
        """The number of each call that came, in the order of arrival."""
        self._last_call: dict[AgentId, Call] = {}
        self._due: Instant | None = None
        self._stale = True
        services = Services(scenario, columns, self.callers, self.numbers, self._later)
        switch = self.switch.send
        self._by_type: dict[type, Callable[[Any], None]] = {
            door.Answer: switch,
            door.EarlyMedia: switch,
            door.Ring: switch,
            door.Play: self._play,
            door.Stop: switch,
            door.Listen: switch,
            door.Record: self._record,
            door.StartMusic: self._start_music,
            door.StopMusic: switch,
            door.Bridge: switch,
            door.Originate: self._originate,
            door.Redirect: switch,
            door.Supervise: switch,
            door.MuteRecording: switch,
            door.ReportTransfer: switch,
            door.WatchVoice: switch,
            door.HangUp: switch,
            HideDigits: self._vault.hide,
            ShowDigits: self._vault.show,
            CheckSecret: lambda command: self._later(CHECKED_S, self._vault.check(command)),
            Understand: services.understand,
            Lookup: services.look_up,
            FileCase: self._file,
            commands.AskGate: services.ask_gate,
            commands.SettleAttempt: lambda told: self._later(_DURABLE_S, events.AttemptSettled(told.attempt)),
            AgentChanged: self._agent_changed,
            log_commands.LogCall: self._log_call,
            log_commands.LogStep: self.tally.step,
            log_commands.LogCallback: self.tally.callback,
            log_commands.LogRecording: self._forget_recording,
            log_commands.DropRecording: self._forget_recording,
            log_commands.LogLeg: _nothing,
            log_commands.LogTalk: _nothing,
            log_commands.LogDisposition: _nothing,
            log_commands.LogDecline: _nothing,
            log_commands.LogOverride: _nothing,
            log_commands.LogTransfer: _nothing,
            log_commands.LogWait: _nothing,
            log_commands.LogRung: _nothing,
            TurnTaken: _nothing,
            commands.PrepareSpeech: _nothing,
            commands.Noticed: _nothing,
            commands.NotifyArrival: _nothing,
            commands.NotifyRing: _nothing,
            commands.NotifyTalk: _nothing,
            commands.ForecastMade: _nothing,
            SurveyAnswered: _nothing,
            QuestionAnswered: _nothing,
            QuestionUnanswered: _nothing,
            VoicemailLeft: _nothing,
            CalledAgain: _nothing,
            OfferLapsed: _nothing,
            campaigns.Fetch: services.fetch,
            campaigns.KeepContact: _nothing,
            campaigns.LogTry: _nothing,
            campaigns.Recall: services.recall,
            campaigns.DoNotCall: _nothing,
            campaigns.ShowPreview: _nothing,
            campaigns.EndPreview: _nothing,
            campaigns.CampaignChanged: _nothing,
            WaitWidened: _nothing,
            SuggestWayOut: _nothing,
        }

    def run(self, told: Callable[[int], None] = lambda done: None) -> None:
        """From the opening to the last caller's end, callbacks included; `told` hears how many calls have come."""
        self._open(told)
        timeline, router = self.timeline, self.router
        until = min(LAST, (self._arrivals[-1].at if self._arrivals else 0.0) + _NIGHT_S)
        while True:
            at = timeline.next_at()
            if at is not None and at <= timeline.now():
                timeline.step()  # what follows in the same instant comes before deadlines, as on an event loop
                continue
            if self._stale:
                self._due, self._stale = router.next_deadline(), False
            due = self._due
            if due is not None and (at is None or due <= at):
                if due > until:
                    break
                timeline.move_to(due)
                self.take(seen.Tick(due))
            elif at is None or at > until:
                break
            else:
                timeline.step()
        self.agents.close(timeline.now())

    def left_over(self) -> int:
        """Calls that are still somewhere."""
        return len(self.router.register.calls)

    def take(self, event: events.RouterEvent) -> None:
        """One event: the sink of the switch, and of everything else."""
        if type(event) in _DECIDES_NOTHING:
            return
        if isinstance(event, seen.DigitPressed):
            event = self._vault.take(event)
        elif isinstance(event, seen.AgentDeviceChanged) and event.state in (DeviceState.RINGING, DeviceState.BUSY):
            return  # a phone that can be reached, which it could before
        now = self.timeline.now()
        self._journal(now, event)
        if isinstance(event, seen.CallEnded):
            self._leg_ended(event.leg)
        ordered = self.router.handle(event, now)
        self._stale = True
        by_type = self._by_type
        for command in ordered:
            act = by_type.get(type(command))
            if act is None:
                raise BrokenRule(f"the simulation carries out no {type(command).__name__}")
            act(command)
        if isinstance(event, seen.Bridged):
            self._bridged(event)
        elif isinstance(event, seen.CallAnswered):
            self._called_back(event.leg)
        if self._watch is not None:
            self._watch(now, event, ordered)

    def _open(self, told: Callable[[int], None]) -> None:
        """As a controller that starts: the clock, the version, the switch, the phones; then the first agents."""
        self.take(seen.ClockSet(self._scenario.begins))
        self.take(events.Restarted())
        self.take(events.VersionPublished(self._dialplan.version))
        for agent in self._dialplan.configuration.agents:
            account = self._dialplan.directory.account(self._dialplan.version, agent)
            if account is not None:
                self.switch.phones[account] = Phone()
        self.switch.open(self.take)
        self.agents.come()
        self._plan_arrival(0, told)

    def _plan_arrival(self, number: int, told: Callable[[int], None]) -> None:
        if number >= len(self._arrivals):
            return

        def arrive() -> None:
            self.numbers[self.callers.dial(number, self._arrivals[number])] = number
            told(number + 1)
            self._plan_arrival(number + 1, told)

        self.timeline.after(max(0.0, self._arrivals[number].at - self.timeline.now()), arrive)

    def _later(self, after_s: Seconds, event: events.RouterEvent) -> None:
        self.timeline.after(after_s, partial(self.take, event))

    # sound

    def _play(self, command: door.Play) -> None:
        words = self._words
        clips = tuple([words.clip(media) for media in command.media])
        self.switch.send(door.Play(command.leg, command.attempt, clips))
        leg = self.router.register.legs.get(command.leg)
        if leg is None or leg.call is None:
            return
        seconds = sum(words.lengths.get(clip.path, self.switch.clip_s) for clip in clips)
        if leg.role == "caller":
            caller = self.callers.by_call.get(leg.call)
            if caller is not None and command.attempt.startswith(f"{leg.call}/"):  # the flow's, no announcement
                self.callers.hear(caller, command, seconds)
        elif leg.role == "agent":
            call = self.router.register.calls[leg.call]
            if call.callback is not None and call.agent is not None:
                self.agents.asked_to_call_back(call.agent, command.leg, seconds)

    def _record(self, command: door.Record) -> None:
        self.switch.send(command)
        caller = self.callers.by_call.get(call_id(command.leg))
        if caller is not None:
            self.callers.record(caller, command)

    def _start_music(self, command: door.StartMusic) -> None:
        self.switch.send(command)
        call = self.router.register.calls.get(call_id(command.leg))
        if call is not None and call.place in ("waiting", "offered") and call.leg == command.leg:
            self.callers.wait(self.callers.by_call[call.call])

    # calls out

    def _originate(self, command: door.Originate) -> None:
        kind, _, who = command.to.partition(":")
        leg = self.router.register.legs.get(command.leg)
        role = leg.role if leg is not None else ""
        if kind == "phone" and role == "agent":
            agent = self._dialplan.directory.agent(self._dialplan.version, who)
            if agent is not None:
                self.agents.ring(agent, who)
        elif role == "callback":
            self.switch.network[who] = self._callback_phone(call_id(command.leg))
        elif kind == "tel":
            outside, after, _ = self._scenario.outside
            number = self.numbers.get(call_id(command.leg), 0)
            answers = self._columns.uniform("outside answers", 0, number) < outside.answers
            after_s = self._columns.duration("outside", after, number)
            self.switch.network[who] = Phone(PickUp(after_s) if answers else LeaveRinging())
        self.switch.send(command)

    def _callback_phone(self, call: CallId) -> Phone:
        """Whether the caller picks up this time."""
        caller = self.callers.by_call[call]
        turn = self.router.register.calls[call].callback
        tries = turn.turns if turn is not None else 0
        manner = caller.group.manner
        chance = self._columns.uniform("picks up", tries, caller.number)
        purpose = f"picks up after {caller.group.name}"
        after_s = self._columns.duration(purpose, manner.picks_up_after, caller.number + tries)
        if chance < manner.of.picks_up:
            return Phone(PickUp(after_s))
        return Phone(Refuse(Cause.BUSY) if chance > 1 - (1 - manner.of.picks_up) / 10 else LeaveRinging())

    def _called_back(self, leg: LegId) -> None:
        known = self.router.register.legs.get(leg)
        caller = self.callers.by_call.get(known.call) if known is not None and known.call is not None else None
        if caller is not None and known is not None and known.role == "caller":
            caller.leg = leg

    # talks

    def _bridged(self, event: seen.Bridged) -> None:
        register = self.router.register
        known = register.bridges.get(event.attempt)
        if known is None:
            return  # the call moved on while the switch connected them
        call = register.calls[known]
        caller = self.callers.by_call[call.call]
        self.callers.connected(caller)
        other = event.legs[0] if event.legs[1] == call.leg else event.legs[1]
        if call.place == "talking":
            talk_s = self._talk_s(caller, call)
            caller.talks += 1
            if call.agent is not None:
                self._last_call[call.agent] = call
            ends = caller.arrival.ends_talk
            if ends is None:
                chance = self._columns.uniform("ends the talk", 0, caller.number)
                ends = chance < caller.group.manner.of.ends_talk
            leg = call.leg if ends else other
        elif call.place == "transferred":
            talk_s = self._columns.duration("talk outside", self._scenario.outside[2], caller.number)
            leg = other
        else:
            return
        self.timeline.after(talk_s, partial(self._outside.hang_up, leg))

    def _talk_s(self, caller: Caller, call: Call) -> Seconds:
        if caller.arrival.talk_s is not None and not caller.talks:
            return caller.arrival.talk_s
        talk = self._scenario.talk
        name = call.queue if call.queue in talk else "default"
        return self._columns.duration(f"talk {name}", talk[name], caller.number + caller.talks)

    def _agent_changed(self, changed: AgentChanged) -> None:
        wrap_up_s = None
        if changed.state == "wrap_up":
            call = self._last_call.get(changed.agent)
            number = self.numbers.get(call.call, 0) if call is not None else 0
            if call is not None and self._arrivals[number].wrap_up_s is not None:
                wrap_up_s = self._arrivals[number].wrap_up_s
            elif call is not None and call.queue in self._scenario.wrap_up:
                of = self._scenario.wrap_up[call.queue]
                wrap_up_s = self._columns.duration(f"wrap-up {call.queue}", of, number)
        self.agents.changed(changed, wrap_up_s)

    def _leg_ended(self, leg: LegId) -> None:
        known = self.router.register.legs.get(leg)
        if known is not None and known.role == "caller" and known.call in self.callers.by_call:
            self.callers.left(self.callers.by_call[known.call])

    # what goes to the store

    def _file(self, command: FileCase) -> None:
        self.tally.case(command)
        self._later(_DURABLE_S, events.CaseFiled(command.attempt, command.case.call, command.case.number))

    def _forget_recording(self, row: log_commands.LogRecording | log_commands.DropRecording) -> None:
        self.switch.recordings.pop(row.path, None)

    def _log_call(self, row: log_commands.LogCall) -> None:
        self.tally.call(row)
        self._vault.forget(row.call, LegId(row.call))
        self.callers.forget(row.call)

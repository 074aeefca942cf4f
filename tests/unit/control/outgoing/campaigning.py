"""A house with campaigns for tests of call control: contacts in memory, a gate that says yes, agents by hand."""

from collections.abc import Mapping

from acd.commands import AgentChanged
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events
from control.messages.commands import SettleAttempt
from control.routing.assembly import make_router
from control.routing.router import Router
from dialer.campaigns import commands as wanted
from dialer.campaigns.events import CampaignOrdered
from dialer.campaigns.results import Disposition
from dialer.campaigns.settings import CampaignSettings, ListShare, Mode, RetryRules
from dialer.governor.decisions import Obligations
from sim.campaigns.rows import Rows, people
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, Directory, configuration

SAID = (
    Disposition(name="promise"),
    Disposition(name="no_more", meaning="refused"),
    Disposition(name="angry", case="complaint"),
)


def campaign(mode: Mode = "progressive", **changes: object) -> CampaignSettings:
    """A campaign of the list `spring`, whose answers the queue `care` takes."""
    options: dict[str, object] = {
        "name": "spring",
        "scene": "renewal",
        "mode": mode,
        "lists": (ListShare("spring"),),
        "queue": "" if mode == "agentless" else "care",
        "flow": "main" if mode == "agentless" else "",
        "retry": RetryRules(tries=3, after_s=3600.0),
        "dispositions": () if mode == "agentless" else SAID,
        "at_once": 5,
        "title": "Renewal",
    }
    return CampaignSettings(**(options | changes))  # type: ignore[arg-type]


class CampaignHouse(ControlHarness):
    """Answers fetches and, while `gate` is `allow`, questions to the gate by itself."""

    def __init__(self, settings: CampaignSettings, *agents: str, count: int = 10, numbers: int = 1) -> None:
        self.settings = settings
        self.rows = Rows({"spring": people(1, count, numbers)})
        self.gate = "allow"
        self.obligations = Obligations()
        """Those of all that is allowed."""
        self.reserved = 0
        super().__init__()
        for agent in agents:
            self.tell(AgentSignedIn(AgentId(agent)))

    def _new_router(self) -> Router:
        def campaigns(version: str) -> Mapping[str, CampaignSettings]:
            return {self.settings.name: self.settings}

        people = configuration()
        return make_router(
            {VERSION: PROGRAM}, lambda version: people, Directory(self.habits, self.transfers), campaigns=campaigns
        )

    @property
    def utc(self) -> float:
        return self.now + self.router.register.offset_s

    def _take(self, event: events.RouterEvent) -> list[commands.RouterCommand]:
        given = list(super()._take(event))
        for command in tuple(given):
            match command:
                case wanted.KeepContact():
                    self.rows.keep(command)
                case wanted.LogTry():
                    self.rows.log(command)
                case wanted.Recall():
                    given += self._take(self.rows.recall(command))
                case wanted.Fetch():
                    given += self._take(self.rows.fetch(command, self.utc))
                case commands.AskGate() if self.gate == "allow":
                    given += self.allow(command)
                case commands.SettleAttempt(attempt=attempt):
                    given += self._take(events.AttemptSettled(attempt))
                case _:
                    pass
        return given

    def allow(self, asked: commands.AskGate) -> list[commands.RouterCommand]:
        """The gate reserves the attempt."""
        self.reserved += 1
        answer = events.GateAnswered(asked.call, asked.attempt, "allow", self.reserved, self.obligations)
        return self._take(answer)

    def start(self) -> None:
        self.tell(CampaignOrdered("spring", "start", "kim"))

    def calls_outside(self) -> list[Originate]:
        """The calls to people so far."""
        return [one for one in self.given(Originate) if one.to.startswith("tel:")]

    def calls_to_agents(self) -> list[Originate]:
        """The calls to agents' phones so far."""
        return [one for one in self.given(Originate) if one.to.startswith("phone:")]

    def picks_up(self, place: int = -1) -> CallId:
        """The person of one of the calls answers."""
        call = self.calls_outside()[place]
        self.tell(door.CallAnswered(call.leg, call.attempt))
        return CallId(call.leg)

    def agent_answers(self) -> LegId:
        """The agent's phone that rings last is answered; of a preview it has heard the whisper."""
        ringing = self.calls_to_agents()[-1]
        self.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        for play in self.given(Play):
            if play.leg == ringing.leg:
                self.tell(door.PlaybackFinished(ringing.leg, play.attempt, Outcome.FINISHED))
        return ringing.leg

    def connected(self) -> LegId:
        """Both hear each other; the agent's leg."""
        bridge = self.last(Bridge)
        self.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
        return bridge.b

    def talking(self) -> tuple[CallId, LegId]:
        """The first contact talks to the agent: the call, and the agent's leg."""
        self.start()
        call = self.picks_up()
        self.agent_answers()
        return call, self.connected()

    def hangs_up(self, leg: str, cause: Cause = Cause.NORMAL) -> list[commands.RouterCommand]:
        return self.tell(door.CallEnded(LegId(leg), cause))


def state_of(house: CampaignHouse, agent: str) -> str:
    """The state of an agent as it was told last."""
    return next(one.state for one in reversed(house.given(AgentChanged)) if one.agent == agent)


def settled(house: CampaignHouse) -> list[tuple[str, str, bool]]:
    """State, result and whether it has ended, of each settlement that was ordered."""
    return [(one.state, one.result, one.ended) for one in house.given(SettleAttempt)]

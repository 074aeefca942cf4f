"""Echo tests: the house calls an agent's phone, keeps what is said for some seconds, and plays it back.

So an agent hears whether their headset works before a caller does. The part of these legs; the file goes as soon as it
was heard. The agent is in a call meanwhile, and offered nobody.
"""

from calls.causes import Outcome
from calls.commands import Clip, HangUp, Originate, Play, Record
from calls.events import CallAnswered, CallEnded, CommandFailed, PlaybackFinished, RecordingFinished
from calls.ids import AgentId, file_name, leg_on
from control.hub import nodes
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.messages.events import EchoTestWanted
from control.register.register import EchoTest, Leg, call_id

ROLE = "echo"
_RING_S = 20.0
_SPEAK_S = 4.0


class EchoTests(QuietPart):
    """Takes `EchoTestWanted`. `register.echo_tests` has those that go on, each by its leg."""

    def __init__(self, hub: Hub, phones: Phones) -> None:
        self._hub = hub
        self._phones = phones

    def refusal(self, agent: AgentId) -> str:
        """Why this agent's phone cannot be tried now; empty where it can. Nothing changes."""
        register = self._hub.register
        account = self._hub.directory.account(register.version, agent)
        if account is None or not nodes.can_be_rung(register, account):
            return "the agent's phone is not registered"
        return "the agent's phone is in a call" if self._phones.in_call(account) else ""

    def wanted(self, event: EchoTestWanted) -> None:
        """Call the agent's phone; nothing where it is in a call, or away."""
        hub, register = self._hub, self._hub.register
        account = hub.directory.account(register.version, event.agent)
        if account is None or self.refusal(event.agent):
            return
        register.minted += 1
        leg = leg_on(nodes.home(register, account), f"{ROLE}-{register.minted}")
        register.legs[leg] = Leg(leg, ROLE, None, account, hub.now)
        register.echo_tests[leg] = EchoTest(event.agent)
        self._phones.leg_changed(register.legs[leg])
        hub.give(Originate(leg, hub.mint(leg), f"phone:{account}", account, "", _RING_S, auto_answer=True))

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The agent is there, and speaks."""
        test = self._hub.register.echo_tests.get(leg.leg)
        if test is None or test.recording is not None:
            return  # told once more after a gap
        test.recording = self._hub.mint(leg.leg)
        self._hub.register.unwanted.append(test.recording)  # whatever comes of it, it does not stay
        name = f"echo/{file_name(test.recording)}"
        self._hub.give(Record(leg.leg, test.recording, name, _SPEAK_S))

    def recorded(self, event: RecordingFinished) -> bool:
        """Play what was said; False for a recording of somebody else, and for one whose agent has hung up."""
        hub = self._hub
        test = hub.register.echo_tests.get(event.leg)
        if test is None or event.attempt != test.recording:
            return False
        if event.attempt in hub.register.unwanted:
            hub.register.unwanted.remove(event.attempt)
        if event.outcome is Outcome.FAILED or not event.path:
            hub.give(HangUp(event.leg))
            return True
        test.path = event.path
        hub.give(Play(event.leg, hub.mint(event.leg), (Clip(event.path.rpartition(".")[0]),)))
        return True

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """The agent has heard themselves."""
        self._hub.give(HangUp(leg.leg))

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The test is over, and what was said goes."""
        test = self._hub.register.echo_tests.pop(leg.leg, None)
        if test is not None and test.path:
            self._hub.drop_recording(call_id(leg.leg), test.path)

    def failed(self, leg: Leg, event: CommandFailed) -> None:
        """It can be neither kept nor played."""
        if event.reason not in ("leg_gone", "switch_lost"):
            self._hub.give(HangUp(leg.leg))

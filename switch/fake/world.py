"""The world is outside the fake switch: callers, agents' phones, numbers in the network, sounds, faults."""

from __future__ import annotations

from calls.causes import Cause, DeviceState
from calls.ids import LegId
from switch.fake.adapter import FakeSwitch
from switch.fake.state import Leg, Phone, Reaction, Talk


class World:
    """Drives a `FakeSwitch` from outside. Acts take effect at once, events come a moment later."""

    def __init__(self, switch: FakeSwitch) -> None:
        self._switch = switch
        self._last_leg = 0

    # -- callers

    def dial(
        self,
        called: str = "95001",
        caller: str = "13800000001",
        *,
        name: str = "",
        device: str | None = None,
        voice: str = "",
    ) -> LegId:
        """A caller comes, and says `voice`, a name to look for in `hears`; with `device` an agent does."""
        self._last_leg += 1
        leg = Leg(LegId(f"in-{self._last_leg}"), caller, called, inbound=True, device=device, voice=voice)
        self._switch.arrive(leg, name)
        return leg.id

    def press(self, leg: LegId, keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self._switch.key_pressed(leg, key)

    def speak(self, leg: LegId, voice: str) -> None:
        """Say this from now on, a name to look for in `hears`; nothing, when it is empty."""
        self._switch.voice_raised(leg, voice)

    def hold(self, leg: LegId, held: bool = True) -> None:
        """The far end puts us on hold, or takes us back."""
        self._switch.hold(leg, held)

    def hang_up(self, leg: LegId, cause: Cause = Cause.NORMAL) -> None:
        """The far end goes. Harmless when it has gone."""
        self._switch.far_end_gone(leg, cause)

    # -- phones

    def phone(self, account: str, reaction: Reaction | None = None) -> Phone:
        """The phone of an account, registered from now on; does what `reaction` says when it rings."""
        phones = self._switch.phones
        phone = phones.setdefault(account, Phone(registered=False, state=DeviceState.UNREACHABLE))
        if reaction is not None:
            phone.reaction = reaction
        if not phone.registered:
            phone.registered = True
            self._switch.set_device(account, DeviceState.IDLE)
        return phone

    def unplug(self, account: str) -> None:
        """The phone is gone, and what it had on the line with it."""
        self._switch.phones[account].registered = False
        for leg in [leg.id for leg in self._switch.legs.values() if leg.device == account]:
            self._switch.far_end_gone(leg, Cause.TIMED_OUT if self._switch.legs[leg].answered else Cause.UNREACHABLE)
        self._switch.set_device(account, DeviceState.UNREACHABLE)

    def pick_up(self, account: str) -> None:
        """A phone that was left ringing is answered."""
        for leg in [leg for leg in self._switch.legs.values() if leg.device == account]:
            self._switch.picked_up(leg)

    def refer(self, leg: LegId, to: str, replaces: LegId | None = None) -> bool:
        """The phone of a leg wants the other side to go on with `to`, or with the far side of `replaces`.

        False: refused, for it is a caller's.
        """
        return self._switch.transfer_wanted(leg, to, replaces)

    # -- what can be heard

    def hears(self, leg_id: LegId) -> set[str]:
        """The sounds that a leg hears now: the path of a clip, "music", voices of others."""
        leg = self._switch.legs.get(leg_id)
        if leg is None:
            return set()
        if leg.play is not None:
            return {leg.play_rest[0]}
        if leg.talk is not None:
            talk = self._switch.talks[leg.talk]
            other = self._switch.legs[talk.other(leg_id)]
            if leg.held:
                return set()
            heard = {"music" if other.held else other.voice}
            return (heard | self._watchers(talk, leg_id)) - {""}
        if leg.watching is not None:
            return self._overhears(leg) - {""}
        return {"music"} if leg.music else set()

    def _watchers(self, talk: Talk, leg_id: LegId) -> set[str]:
        """Voices of supervisors whom this side of the talk hears."""
        found = set()
        for watcher in self._switch.legs.values():
            if watcher.watching is None:
                continue
            target, mode = watcher.watching
            if (mode == "whisper" and target == leg_id) or (mode == "barge" and target in (talk.a, talk.b)):
                found.add(watcher.voice)
        return found

    def _overhears(self, leg: Leg) -> set[str]:
        assert leg.watching is not None
        target = self._switch.legs.get(leg.watching[0])
        if target is None:
            return set()
        return {target.voice} | (self.hears(target.id) - {leg.voice})

    # -- faults

    def cut_link(self) -> None:
        """The controller is cut off; the switch and all calls go on."""
        self._switch.link_down("cut off")

    def restore_link(self) -> None:
        """And is connected again."""
        self._switch.link_up(restarted=False)

    def restart_switch(self) -> None:
        """The switch dies, with all calls, and starts anew."""
        self._switch.restart()

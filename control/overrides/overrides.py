"""Overrides: closed queues and lines, announcements and other hours of a bad night; each is over by itself at its end.

`calls.overrides` has the kinds. All of it is in the register; flows and campaigns are told of the hours.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from acd.events import CallLeft
from calls.commands import Clip, Media, Play, Sentence
from calls.ids import CallId, Instant, node_of
from calls.overrides import ALL, Override, closes, end_of_day
from control.hub.hub import Hub
from control.messages import commands, events, log_commands
from control.register.call import Call
from dialer.campaigns import events as campaigns
from dsl.hours import OtherHours
from ivr.events import HoursReplaced, LeftQueue

_HERE = ("waiting", "offered")


class Overrides:
    """Puts overrides in force, ends them, and treats callers who are met by one while they wait."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._in_closed_queues: list[CallId] = []
        """Calls to be looked at once this turn's events are done: the queues may be in the middle of offering them."""

    # in force, and over

    def wanted(self, event: events.OverrideWanted) -> None:
        """Put one in force. Another one of its kind and target is over by it."""
        hub, register = self._hub, self._hub.register
        name = event.target.partition(":")[2]
        zone = hub.directory.hours_zone(register.version, name if event.kind == "hours" else "")
        match event.until:
            case "today":
                ends_at: float | None = end_of_day(hub.utc, zone)
            case float() | int():
                ends_at = float(event.until)
            case _:
                ends_at = None
        if ends_at is not None and ends_at <= hub.utc:
            hub.notice("warning", "override not set", detail=event.target, advice="its end has passed already")
            return
        for before in [one for one in register.overrides if (one.kind, one.target) == (event.kind, event.target)]:
            self._over(before, event.author, "replaced")
        register.overrides_set += 1
        override = Override(
            register.overrides_set,
            event.kind,
            event.target,
            event.author,
            event.reason,
            hub.utc,
            ends_at,
            event.texts,
            event.recording,
            event.node,
            event.spans,
        )
        register.overrides.append(override)
        hub.give(log_commands.LogOverride(override))
        advice = f"hotline overrides lift {override.number} ends it"
        hub.notice("warning", "override set", detail=_told(override), advice=advice)
        if override.texts:
            sentences = (Sentence(text, language) for language, text in override.texts.items())
            hub.give(commands.PrepareSpeech(tuple(sentences)))
        if override.kind == "hours":
            self._tell_hours()
        elif override.target.startswith("queue:"):
            for call in list(register.calls.values()):
                if call.queue == override.name:
                    self.entered(call)

    def lifted(self, event: events.OverrideLifted) -> None:
        """End one before its time; one that is over already is no matter."""
        for override in [one for one in self._hub.register.overrides if one.number == event.number]:
            self._over(override, event.author, "lifted")
            if override.kind == "hours":
                self._tell_hours()

    def tell_again(self) -> None:
        """Another version holds, whose hours may be of another zone; or a snapshot was taken before campaigns knew."""
        if any(one.kind == "hours" for one in self._hub.register.overrides):
            self._tell_hours()

    def next_deadline(self) -> Instant | None:
        """When the first of them ends, by the wall clock as it was read last."""
        register = self._hub.register
        if not register.overrides:
            return None
        ends = [one.ends_at for one in register.overrides if one.ends_at is not None]
        return min(ends) - register.offset_s if ends else None

    def tick(self) -> None:
        """End what is over, also when the clock was set, or the controller was away meanwhile."""
        over = [one for one in self._hub.register.overrides if one.ends_at is not None and one.ends_at <= self._hub.utc]
        for override in over:
            self._over(override, "", "ended")
        if any(override.kind == "hours" for override in over):
            self._tell_hours()

    def _over(self, override: Override, by: str, how: log_commands.OverrideEnd) -> None:
        hub = self._hub
        hub.register.overrides.remove(override)
        hub.give(log_commands.LogOverride(override, hub.utc, by, how))
        hub.notice("info", "override over", detail=f"{_told(override)} ({how})")

    def _tell_hours(self) -> None:
        register = self._hub.register
        named = [one.name for one in register.overrides if one.kind == "hours"]
        others = ((name, other_hours(self._hub, name)) for name in named)
        held = {name: hours for name, hours in others if hours is not None}
        self._hub.tell_flows(HoursReplaced(held))
        self._hub.tell_campaigns(campaigns.HoursReplaced(held))

    # callers

    def entered(self, call: Call) -> None:
        """A caller waits in a queue that may be closed: `look` sees to them."""
        self._in_closed_queues.append(call.call)

    def look(self) -> None:
        """See to callers who wait in a closed queue. After every event.

        Those for whom a phone rings come last: else the agent who becomes free would be offered one who is to go, too.
        """
        calls = self._hub.register.calls
        while self._in_closed_queues:
            here = [calls[name] for name in dict.fromkeys(self._in_closed_queues) if name in calls]
            self._in_closed_queues = []
            for call in sorted(here, key=lambda call: call.place == "offered"):
                self._see_to(call)
                self._hub.settle()

    def _see_to(self, call: Call) -> None:
        """By the queue's rule: told, or sent the way of `closed`, or as before."""
        hub = self._hub
        if call.place not in _HERE or call.flow_attempt is None or call.kept_callback is not None:
            return
        if call.call in hub.register.transfers:
            return  # handed on by an agent, who gets them back if nobody is reached
        if closes(hub.register.overrides, f"queue:{call.queue}") is None:
            return
        match hub.directory.treatment(call.version, call.queue).on_closure:
            case "announce":
                said = hub.directory.say(call.version, call.language, "queue_closed")
                if said and call.place == "waiting":
                    hub.give(Play(call.leg, hub.mint(call.call), said))
            case "leave":
                self._turn_away(call)
            case _:
                pass

    def _turn_away(self, call: Call) -> None:
        """Let a caller who waits go the way of `closed` of their flow."""
        hub, attempt = self._hub, call.flow_attempt
        assert attempt is not None  # only of callers whom a flow put into the queue
        hub.tell_queues(CallLeft(call.call, "way_out"))
        call.on("released")
        call.flow_attempt = None
        hub.stop_music(call)
        hub.tell_flows(LeftQueue(call.call, attempt, "closed"))

    def announcement(self, line: str, call: Call) -> tuple[Media, ...]:
        """The words that callers of this line hear before everything else; nothing without any. In each language of
        the house that they were given in, the first one first."""
        said: list[Media] = []
        for target in (ALL, f"line:{line}"):
            for one in self._hub.register.overrides:
                if one.kind != "announcement" or one.target != target:
                    continue
                if one.recording and one.node == node_of(call.call):
                    said.append(Clip(one.recording))
                languages = self._hub.directory.languages(call.version)
                said += [Sentence(one.texts[language], language) for language in languages if language in one.texts]
        return tuple(said)


def other_hours(hub: Hub, name: str) -> OtherHours | None:
    """The hours that hold in place of those of this name; None: as published."""
    for one in hub.register.overrides:
        if one.kind == "hours" and one.name == name:
            return hours_of(one, hub.directory.hours_zone(hub.register.version, name))
    return None


def hours_of(override: Override, zone: str) -> OtherHours:
    """The hours that an override puts in place of others, by days of their zone."""
    last = "" if override.ends_at is None else _day(override.ends_at - 1.0, zone)
    return OtherHours(override.spans, _day(override.set_at, zone), last)


def _day(utc_s: float, zone: str) -> str:
    return datetime.fromtimestamp(utc_s, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _told(override: Override) -> str:
    return f"{override.number}: {override.kind} of {override.target} by {override.author}: {override.reason}"

"""A law that is simulated: calling hours on the callee's clock, and a number of calls to a person in a day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from calls.ids import AttemptId
from dialer.campaigns.commands import Ask
from dialer.campaigns.events import Allowed, Deferred, Denied


class Law(msgspec.Struct, frozen=True):
    """Calls from `opens` to `closes` o'clock in `zone`, at most `a_day` to one person between two midnights there."""

    opens: int = 9
    closes: int = 20
    a_day: int = 2
    zone: str = "Asia/Shanghai"


class SimulatedGate:
    """Answers as the house's gate does, from what it has allowed so far."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self.do_not_call: dict[str, None] = {}
        self._allowed: dict[tuple[str, str], int] = {}
        self._answers: dict[AttemptId, Allowed | Deferred | Denied] = {}

    def answer(self, ask: Ask, utc: float) -> Allowed | Deferred | Denied:
        """The answer to one question; an allow counts. The same question again has the same answer."""
        if ask.attempt not in self._answers:
            self._answers[ask.attempt] = self._decide(ask, utc)
        return self._answers[ask.attempt]

    def _decide(self, ask: Ask, utc: float) -> Allowed | Deferred | Denied:
        if ask.number in self.do_not_call:
            return Denied(ask.attempt, "law.do_not_call")
        local = datetime.fromtimestamp(utc, ZoneInfo(self._law.zone))
        if not self._law.opens <= local.hour < self._law.closes:
            return Deferred(ask.attempt, self._opening(local), "law.hours")
        day = (ask.person or ask.number, local.date().isoformat())
        if self._allowed.get(day, 0) >= self._law.a_day:
            tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0)
            return Deferred(ask.attempt, self._opening(tomorrow), "law.a_day")
        self._allowed[day] = self._allowed.get(day, 0) + 1
        return Allowed(ask.attempt)

    def is_open(self, utc: float) -> bool:
        """Whether anybody may be called at this instant."""
        return self._law.opens <= datetime.fromtimestamp(utc, ZoneInfo(self._law.zone)).hour < self._law.closes

    def _opening(self, local: datetime) -> float:
        """The next opening from a time on, UTC epoch seconds."""
        opening = local.replace(hour=self._law.opens, minute=0, second=0, microsecond=0)
        if local.hour >= self._law.closes:
            opening += timedelta(days=1)
        return opening.astimezone(UTC).timestamp()

"""The settings of one campaign's pacing."""

from typing import Literal

import msgspec

from calls.ids import Seconds

Denominator = Literal["live", "answered", "dialled"]
"""Of which the share of abandoned calls is taken: answers by people (what was taken for a machine does not count, but
for those that were people), all answers, all calls placed."""
Every = Literal["", "day", "30 days", "month"]
DAY_S = 86_400.0


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One regulatory window: of the calls in it no more than `limit` may be abandoned."""

    name: str
    limit: float = 0.03
    rolling_s: Seconds | None = None
    """Of a window that moves along with time, its length; None: its bounds are fixed, `WindowRolled` tells them."""
    every: Every = ""
    """Of one with fixed bounds: how long it is; empty: somebody else tells of its end."""


class HandleTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is believed of talks and after-call work before any is seen."""

    talk_mean_s: Seconds = 120.0
    talk_cv: float = 0.9
    """The coefficient of variation, standard deviation by mean."""
    wrap_up_mean_s: Seconds = 15.0
    wrap_up_cv: float = 1.0


WINDOWS = (
    Window("24 h", every="day"),
    Window("campaign, 30 days", every="30 days"),
    Window("month", every="month"),
)


class PacingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One campaign's. The defaults are the law's where there is one (16 CFR 310.4(b)(4)), and else measured."""

    campaign: str = "campaign"
    """Names the handle times that hold for its own talks."""
    windows: tuple[Window, ...] = WINDOWS
    denominator: Denominator = "live"
    machines_wrong: float = 0.0
    """The share of calls taken for machines that are people, as the site measured it; each machine counts so much of an
    abandoned person at once. 0 where `MachineWasPerson` tells every one."""
    patience_s: Seconds = 2.0
    """How long who answered waits for an agent before the call is abandoned."""
    handle_times: dict[str, HandleTimes] = {}
    """By name: the campaign's, other campaigns' and inbound queues' with whom agents are shared."""
    answer_rate: float = 0.3
    """What is believed before any call is seen. Too high is safe, too low is not."""
    inbound_share: float = 0.0
    progressive_up_to: int = 4
    """With so many agents or fewer there is no over-dialling: the law of large numbers does not hold for them."""
    least_calls: int = 60
    least_answers: int = 8
    """No over-dialling before so many calls have ended, so many of them with an answer."""
    boldest: float = 0.5
    """The greatest chance to be abandoned that any answer is ever exposed to."""
    lent: float = 0.8
    """The answers that the guard may count on until calling ends today, as the share of the agents' time that they
    would take; at most twice what progressive dialling alone would bring. The guard may be as far in debt as these
    would pay back, whatever rings. 0: never above the limit at any instant, and so the budget lies idle for the first
    hours of each window. docs/pacing.md has what each costs."""
    spacing_s: Seconds = 0.5
    """The shortest time between two decisions."""
    review_s: Seconds = 1.0
    """The longest."""
    ordered_s: Seconds = 5.0
    """How long a call that was ordered may take to be dialled."""
    longest_ring_s: Seconds = 90.0
    """A call of which nothing is heard for so long is forgotten: its end was lost."""

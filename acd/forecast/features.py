"""The features of the learned layer: the closed forms, and what they leave out.

One pass over the agents and one over the line give both, so layers one and two share the work.
"""

from zlib import crc32

import msgspec

from acd.forecast.closed import qlm
from acd.forecast.estimates import Drift, Handle, Patience
from acd.forecast.line import Line, Waiter
from acd.forecast.servers import Servers
from calls.ids import Instant, Seconds

FEATURES = (
    "qlm_s",  # closed form: position, agents present
    "qlm_skill_s",  # closed form: those ahead by how far they compete for the same agents, agents who answer the kind
    "qlm_rate_s",  # the same, with each agent's own speed and wrap-up
    "load",  # callers ahead for one agent present
    "ahead",  # callers ahead, all kinds
    "ahead_skill",  # callers ahead, weighed by how far they compete for the same agents
    "ahead_same",  # callers ahead of the same kind
    "off_phone",  # eligible agents off the phone, by their chance to come back
    "just_free",  # eligible agents whose talk ended seconds ago
    "long_talks",  # eligible agents talking for three minutes or more
    "rate_mhz",  # departures that eligible agents make, per 1,000 s
    "drift",  # how far off the closed form was lately
    "drift_cell",  # the same, for this kind and priority
    "les_s",  # last wait that ended with an agent, same kind and priority
    "les_age_s",  # how long ago that was, at most an hour
    "handle_kind_s",  # mean talk of the kind
    "patience_s",
    "day_s",  # second of the local day
    "kind",  # index in the forecaster's list of kinds
    "priority",
)
"""The order of the vector. A model file names its features; one with another order is refused when it is loaded."""
FEATURES_ID = f"{crc32(','.join(FEATURES).encode()):08x}"
"""A short name of this order, kept beside each stored vector."""

JUST_FREE_S = 8.0
LONG_TALK_S = 180.0


class View(msgspec.Struct, frozen=True):
    """The input of one forecast: the vector of FEATURES, callers ahead, agents eligible, the closed form's mean."""

    vector: list[float]
    ahead: int
    eligible: float
    closed_s: Seconds


class _Crew(msgspec.Struct):
    """Sums over the agents for one kind of caller. `shared[k]`: the share of kind k's agents who answer it too."""

    present: float = 0.0
    eligible: float = 0.0
    off_phone: float = 0.0
    just_free: float = 0.0
    long_talks: float = 0.0
    rate: float = 0.0
    shared: dict[str, float] = msgspec.field(default_factory=dict)


def view(
    line: Line,
    servers: Servers,
    handle: Handle,
    patience: Patience,
    drift: Drift,
    waiter: Waiter,
    kind_index: int,
    day_s: Seconds,
    now: Instant,
) -> View:
    """The view at `now` of the wait that is still ahead of `waiter`."""
    ahead_of_kind = line.ahead_by_kind(waiter)
    ahead = sum(ahead_of_kind.values())
    crew = _crew(servers, handle, waiter.kind, set(ahead_of_kind), now)
    ahead_skill = sum((count * crew.shared[kind] for kind, count in ahead_of_kind.items()), 0.0)
    patience_s = patience.mean_s
    eligible = max(0.5, crew.eligible)
    plain_s = qlm(ahead, max(1.0, crew.present), handle.mean_s, patience_s)
    skill_s = qlm(ahead_skill, eligible, handle.mean_s, patience_s)
    rate = max(crew.rate, 0.2 / handle.mean_s)
    rate_s = qlm(ahead_skill, 1.0, 1.0 / rate, patience_s)
    last = line.last_wait(waiter.kind, waiter.priority)
    last_s, age_s = (0.0, 3600.0) if last is None else (last[0], min(3600.0, now - last[1]))
    vector = [
        plain_s,
        skill_s,
        rate_s,
        ahead / max(1.0, crew.present),
        float(ahead),
        ahead_skill,
        float(ahead_of_kind.get(waiter.kind, 0)),
        crew.off_phone,
        crew.just_free,
        crew.long_talks,
        rate * 1000.0,
        drift.overall,
        drift.of((waiter.kind, waiter.priority)),
        last_s,
        age_s,
        handle.of_kind(waiter.kind),
        patience_s,
        day_s,
        float(kind_index),
        float(waiter.priority),
    ]
    return View(vector, ahead, crew.eligible, skill_s)


def _crew(servers: Servers, handle: Handle, kind: str, kinds_ahead: set[str], now: Instant) -> _Crew:
    crew = _Crew()
    cover = dict.fromkeys(kinds_ahead, 0.0)
    both = dict.fromkeys(kinds_ahead, 0.0)
    stands_for = servers.stride
    for hand in servers.hands(now):
        score = servers.score(hand.agent, kind)
        weight = stands_for * hand.chance * score
        crew.present += stands_for * hand.chance
        crew.eligible += weight
        crew.rate += weight / (handle.of_agent(hand.agent) + servers.wrap_up_s(hand.agent))
        if hand.talking_s is None:
            crew.off_phone += weight
            if hand.off_s < JUST_FREE_S:
                crew.just_free += stands_for * score
        elif hand.talking_s >= LONG_TALK_S:
            crew.long_talks += stands_for * score
        if kinds_ahead:
            for other, other_score in servers.competing(hand.agent, kinds_ahead).items():
                can = hand.chance * other_score
                cover[other] += can
                both[other] += can * score
    crew.shared = {k: both[k] / cover[k] if cover[k] > 0.01 else 1.0 for k in kinds_ahead}
    return crew

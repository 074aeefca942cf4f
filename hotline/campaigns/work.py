"""An agent's work for campaigns: whom they are shown, whom they talk to, and what they may say of it."""

from collections.abc import Mapping
from typing import Any

from calls.ids import AgentId, AttemptId
from calls.numbers import masked
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import State
from dialer.campaigns.states import HandState

SHOWN: tuple[HandState, ...] = ("shown",)
TALKED: tuple[HandState, ...] = ("talking", "noting")
"""A disposition may be said while the talk lasts, and is owed after it."""


def last_talk(state: State, agent: AgentId) -> AttemptId | None:
    """The agent's last talk for a campaign that is over; None: there was none."""
    return state.last_talks.get(agent)


def work_of(state: State, campaigns: Mapping[str, CampaignSettings], agent: AgentId) -> dict[str, Any] | None:
    """What the agent has of a campaign now, for their screen: the number masked, the rest as the list has it. None:
    nothing. `until` (UTC epoch seconds): when a preview goes back, or after-call work ends by itself."""
    for attempt, (name, row) in state.tries.items():
        hand = state.campaigns[name].hands[row]
        settings = campaigns.get(name)
        mine = agent == (hand.agent or hand.shown_to)
        if settings is None or not mine or hand.state not in (*SHOWN, *TALKED):
            continue
        contact = hand.contact
        return {
            "attempt": attempt,
            "campaign": name,
            "title": settings.title,
            "scene": settings.scene,
            "state": hand.state,
            "until": None if hand.due is None else hand.due + state.offset_s,
            "number": masked(hand.number),
            "person": contact.person,
            "account": contact.account,
            "name": contact.name,
            "attributes": contact.attributes,
            "tries": contact.tries,
            "last_result": contact.last_result,
            "said": hand.disposition,
            "dispositions": [
                {"name": one.name, "title": one.title, "meaning": one.meaning, "code": one.code}
                for one in settings.dispositions
            ],
        }
    return None

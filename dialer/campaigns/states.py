"""States of campaigns and of the contacts that they have in hand, each machine one table."""

from typing import Literal

from calls.transitions import Transitions

CampaignState = Literal["ready", "running", "paused", "draining", "stopped", "finished"]
"""`finished`: every contact of every list has come to an end; a list that grows makes it run again."""
CampaignEvent = Literal["start", "pause", "drain", "stop", "emptied", "exhausted", "list_grew"]

CAMPAIGNS: Transitions[CampaignState, CampaignEvent] = Transitions(
    "campaign",
    {
        "ready": {"start": "running", "stop": "stopped"},
        "running": {
            "pause": "paused",
            "drain": "draining",
            "stop": "stopped",
            "exhausted": "finished",
        },
        "paused": {"start": "running", "drain": "draining", "stop": "stopped"},
        "draining": {"emptied": "stopped", "start": "running", "pause": "paused", "stop": "stopped"},
        "stopped": {"start": "running"},
        "finished": {"list_grew": "running", "start": "running", "stop": "stopped"},
    },
    {
        "ready": {
            "pause": "it does not dial",
            "drain": "as pause",
            "list_grew": "its lists are looked at when it starts",
        },
        "running": {"start": "it runs", "list_grew": "it fetches by itself"},
        "paused": {"pause": "it is paused", "list_grew": "as while ready"},
        "draining": {"drain": "it drains", "list_grew": "as while ready"},
        "stopped": {
            "pause": "as while ready",
            "drain": "as while ready",
            "stop": "it is stopped",
            "list_grew": "as ready",
        },
        "finished": {"pause": "nobody is left to be dialled", "drain": "as pause"},
    },
)
"""A campaign. What waits in its lists is no part of the state: a campaign that is stopped may start again."""

HandState = Literal[
    "held", "shown", "asking", "dialling", "answered", "speaking", "unserved", "talking", "noting", "back"
]
HandEvent = Literal[
    "preview",
    "ask",
    "put_by",
    "allowed",
    "answered",
    "to_flow",
    "connected",
    "nobody_there",
    "ended",
    "noted",
    "given_back",
]

CONTACTS: Transitions[HandState, HandEvent] = Transitions(
    "contact",
    {
        "held": {"preview": "shown", "ask": "asking", "given_back": "back"},
        "shown": {"ask": "asking", "put_by": "held", "given_back": "back"},
        "asking": {"allowed": "dialling", "put_by": "held", "given_back": "back"},
        "dialling": {"answered": "answered", "ended": "back"},
        "answered": {
            "connected": "talking",
            "to_flow": "speaking",
            "nobody_there": "unserved",
            "ended": "back",
        },
        "speaking": {"ended": "back"},
        "unserved": {"ended": "back"},
        "talking": {"ended": "noting"},
        "noting": {"noted": "back"},
    },
    {
        "dialling": {"connected": "nobody has answered: a switch told it late"},
        "answered": {"answered": "a switch may tell of an answer again after a gap"},
        "speaking": {
            "answered": "as while answered",
            "connected": "the flow has begun; or it has brought an agent in, whose talk is the flow's",
            "nobody_there": "the flow speaks",
        },
        "unserved": {
            "answered": "as while answered",
            "connected": "an agent came too late: the person counts as abandoned",
            "nobody_there": "told again after a gap",
        },
        "talking": {
            "answered": "as while answered",
            "connected": "told again, or another agent has taken over",
            "nobody_there": "an agent was there as the time ran out",
        },
        "noting": {
            "answered": "the call is over",
            "connected": "as answered",
            "nobody_there": "as answered",
            "ended": "told again after a gap",
        },
    },
)
"""A contact that the core has in hand, from the store's row and back to it.

| state | what goes on |
|---|---|
| held | it waits for its turn |
| shown | an agent sees whom they would call |
| asking | the gate is asked |
| dialling | the call is placed, and rings |
| answered | somebody or something is there, and waits for an agent, or for detection |
| speaking | a flow or a phrase speaks |
| unserved | nobody was there in time: the safe-harbour message |
| talking | with an agent |
| noting | the talk is over, and the agent has not said yet what came of it |
| back | in the store's hands |
"""

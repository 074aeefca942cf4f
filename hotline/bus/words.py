"""The words of the bus: every channel with its topic, its payload, and what is promised of it.

A payload gains fields and never loses or changes one within a version; what cannot be said so gets a new version in
the topic. Instants are UTC epoch seconds. Callers' numbers are masked.
"""

from typing import Literal, NamedTuple, get_args

import msgspec

from dsl.spelling import nearest_hint
from hotline.views.states import Agent, Call, CallForecast, Message, Override, Proposal, Queue
from hotline.views.states import Alert as Alert
from hotline.views.states import Controller as Controller

VERSION = "v1"


class Campaign(Message, frozen=True):
    """How a campaign is: `ready`, `running`, `paused`, `draining`, `stopped`, `finished`; by whose order, and why."""

    campaign: str
    state: str
    mode: str
    """As it dials now: a predictive one may be progressive for a while, `why` says so."""
    why: str
    """`outside_hours`, `out_of_service` (our own side cannot place calls), `shared_agents`, or the pacing's own."""
    author: str
    reason: str
    live: int
    """Calls that ring or talk."""
    dialled: int
    """So far, since the controller began, and likewise the others."""
    answered: int
    abandoned: int
    denied: int
    deferred: int
    until: float | None = None
    """Of one that is outside of its own hours (`why` is `outside_hours`): when it goes on."""


class CallEnded(Message, frozen=True):
    """A row of the call log."""

    call: str
    caller: str
    called: str
    version: str
    language: str
    arrived_at: float
    queued_at: float | None
    answered_at: float | None
    ended_at: float
    queue: str
    agent: str | None
    outcome: str
    cause: str
    direction: str = "in"


class CaseClock(Message, frozen=True):
    """A clock of a case is due soon (`warning`), or is past its deadline (`breach`)."""

    case: str
    kind: Literal["warning", "breach"]
    clock: str
    regime: str
    round: int
    step: int
    """Counts the warnings of the clock from 1; 0: the breach."""
    due_at: float
    at: float
    """When it was due to be told."""
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""


class CaseNotice(Message, frozen=True):
    """People are told of a case: `ladder`, nobody has it in hand; `lead`, it is of a grade that a lead is told of;
    `origin`, a complaint about a call of a scene; `scene`, a scene with too many complaints, where `case` is empty."""

    case: str
    kind: Literal["ladder", "lead", "origin", "scene"]
    tell: tuple[str, ...]
    """Persons, by the names of dispatch.yaml and of scenes."""
    text: str
    at: float
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""
    scene: str = ""


class Decision(Message, frozen=True):
    """An answer of the gate of outgoing calls. The number is masked; nobody is named."""

    row: int
    """Counts the answers since the controller's start."""
    at: float
    verdict: Literal["allow", "deny", "defer"]
    scene: str
    version: str
    """The approved version of the scene."""
    origin: str
    source: str
    """The system that asked; empty: this house."""
    campaign: str
    agent: str
    number: str
    rules: tuple[str, ...]
    """The rules that said no, the strictest first."""
    detail: str
    clause: str
    until: float | None
    """Of a defer: the first instant at which it may be."""
    policy: str
    """The hash of the policy that decided."""


class Policy(Message, frozen=True):
    """The policy that rules over outgoing calls, and the published one, which may wait for its approval."""

    rules: str
    """The version that rules; empty: none does, and no call is allowed."""
    since: float | None
    approvers: tuple[str, ...]
    policy: str
    """The hash that decisions carry: of rules, scenes and approvals together; empty where none is made."""
    published: str
    waits: bool
    """The published one does not rule."""
    why: str
    """Why it waits, or no call is allowed."""
    scenes: int
    """Scenes that are published."""
    may_call: int
    """Those of them that are approved as they are."""


AgentWord = Literal["sign_in", "sign_out", "pause", "ready", "wrap_up_done"]


class AgentCommand(Message, frozen=True):
    """A command of an agent. The answer goes to `reply_to` (or the response topic of MQTT 5) and carries `id`."""

    command: AgentWord
    id: str = ""
    reason: str = "break"
    """Of a pause."""
    reply_to: str = ""


class Reply(Message, frozen=True):
    """Answer to a command. `ok` is true only once the command's event is durable."""

    id: str
    ok: bool
    error: str = ""


class Channel(NamedTuple):
    """A kind of topic. `address` is relative to PREFIX/v1/SITE, with names in braces; `promise` is for people."""

    name: str
    address: str
    payload: type[Message]
    retained: bool
    incoming: bool
    promise: str


_STATE = "Retained, QoS 1. The newest value; right again by itself after the broker or the controller was away."

CONTROLLER = Channel("controller", "controller", Controller, True, False, _STATE)
AGENT = Channel("agentState", "agents/{agent}/state", Agent, True, False, _STATE)
QUEUE = Channel("queueState", "queues/{queue}/state", Queue, True, False, _STATE)
OVERRIDE = Channel("override", "overrides/{override}/state", Override, True, False, _STATE)
CAMPAIGN = Channel("campaign", "campaigns/{campaign}/state", Campaign, True, False, _STATE)
POLICY = Channel("policy", "policy", Policy, True, False, _STATE)
CALL = Channel("callState", "calls/{call}/state", Call, True, False, _STATE)
FORECAST = Channel("callForecast", "calls/{call}/forecast", CallForecast, True, False, _STATE)
PROPOSAL = Channel("proposal", "calls/{call}/proposal", Proposal, True, False, _STATE)
ENDED = Channel(
    "callEnded",
    "calls/ended",
    CallEnded,
    False,
    False,
    "QoS 1, each call at least once and in order, also those that ended while the broker or the controller was away.",
)
CASE_CLOCK = Channel(
    "caseClock",
    "cases/clocks",
    CaseClock,
    False,
    False,
    "QoS 1, each notice at least once and in order, also those given while the broker was away.",
)
CASE_NOTICE = Channel(
    "caseNotice",
    "cases/notices",
    CaseNotice,
    False,
    False,
    "QoS 1, each notice at least once and in order, also those given while the broker was away.",
)
ALERT = Channel(
    "alert",
    "alerts",
    Alert,
    False,
    False,
    "QoS 1. While the broker is away the newest 1,000 are kept; a restart of the controller forgets them.",
)
DECISION = Channel(
    "decision",
    "decisions",
    Decision,
    False,
    False,
    "QoS 1. While the broker is away the newest 1,000 are kept; a restart of the controller forgets them. What names "
    "of a batch are answered is not told here.",
)
COMMAND = Channel(
    "agentCommand",
    "agents/{agent}/commands",
    AgentCommand,
    False,
    True,
    "QoS 1, not retained (a retained one is never taken). Said twice, it does no harm.",
)
REPLY = Channel("reply", "replies/{client}", Reply, False, False, "QoS 1, to a topic below `replies/`, nowhere else.")

CHANNELS = (
    *(
        CONTROLLER,
        AGENT,
        QUEUE,
        OVERRIDE,
        CAMPAIGN,
        POLICY,
        CALL,
        FORECAST,
        PROPOSAL,
        ENDED,
        CASE_CLOCK,
        CASE_NOTICE,
        ALERT,
    ),
    *(DECISION, COMMAND, REPLY),
)
STATES = tuple(channel for channel in CHANNELS if channel.retained)


def base(prefix: str, site: str) -> str:
    """The levels that all topics of a site begin with."""
    return f"{prefix}/{VERSION}/{word(site)}"


def word(name: str) -> str:
    """A name as one level of a topic: `/`, `+`, `#`, `%` and NUL are percent-encoded."""
    return "".join(f"%{ord(sign):02X}" if sign in "/+#%\0" else sign for sign in name)


def name_of(level: str) -> str:
    """The name behind a topic's level."""
    for sign in "/+#\0%":
        level = level.replace(f"%{ord(sign):02X}", sign)
    return level


def topic(of_site: str, channel: Channel, name: str = "") -> str:
    """The topic of one agent, queue or call; `of_site` is what `base` gives."""
    head, brace, rest = channel.address.partition("{")
    return f"{of_site}/{head}{word(name)}{rest.partition('}')[2]}" if brace else f"{of_site}/{head}"


def pattern(of_site: str, channel: Channel) -> str:
    """The topic filter that a subscriber asks for to have all of a channel."""
    head, brace, rest = channel.address.partition("{")
    return f"{of_site}/{head}+{rest.partition('}')[2]}" if brace else f"{of_site}/{head}"


def refusal(payload: bytes, error: msgspec.MsgspecError) -> str:
    """The words for whoever sent an AgentCommand that cannot be read: with the nearest right one, where one is near."""
    try:
        given = msgspec.json.decode(payload)
    except msgspec.MsgspecError:
        return str(error)
    known = AgentCommand.__struct_fields__
    for name in given if isinstance(given, dict) else ():
        if name not in known:
            return f"{name} is no field{nearest_hint(name, known)}; there are {', '.join(known)}"
    command = given.get("command") if isinstance(given, dict) else None
    if isinstance(command, str) and command not in get_args(AgentWord):
        return f"no command {command!r}{nearest_hint(command, get_args(AgentWord))}"
    return str(error)

"""Campaigns as dialplans/campaigns/*.yaml have them: the words, before scenes, queues and lists are looked up."""

from typing import Annotated

import msgspec

from dialer.answering_machines.written import WrittenDetection
from dialer.campaigns.results import Meaning
from dialer.campaigns.settings import Mode, Order
from dialer.governor.durations import Duration
from dialer.pacing.settings import Denominator

_Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
_Weight = Annotated[int, msgspec.Meta(ge=1, le=100)]
_Again = Annotated[str, msgspec.Meta(pattern=r"^(never|[1-9][0-9]{0,5} ?(s|min|h|days?|weeks?))$")]
NEVER_AGAIN = "never"
"""In `by_result`: the person is not called again after it."""


class WrittenRetry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a person is tried again; what is left out is as the scene has it."""

    tries: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    """The most over all numbers and lists, the first one included."""
    after: Duration | None = None
    by_result: dict[str, _Again] = {}
    """By the result or disposition of the last try: another time, or `never`."""
    next_number: tuple[str, ...] | None = None
    """After these results the person's next number is tried, and else the same one."""
    next_number_after: Duration | None = None


class WrittenDisposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an agent may say of a talk."""

    meaning: Meaning = "reached"
    title: str = ""
    code: str = ""
    """The digits by which a phone says it."""
    effective: bool = True
    """Whether the talk counts where effective talks are counted."""
    case: str = ""
    """The category of the case that is opened."""


class WrittenPacing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How boldly a predictive campaign dials: docs/pacing.md."""

    abandoned_at_most: _Share = 0.03
    """Of every window, the share of answers that may meet no agent."""
    denominator: Denominator = "live"
    answer_rate: _Share = 0.3
    """What is believed before any call is seen."""
    talk: Duration | None = None
    wrap_up: Duration | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One campaign."""

    scene: str
    """What the calls are for: a scene of dialplans/scenes/, which must be approved."""
    mode: Mode
    title: str = ""
    lists: dict[str, _Weight] = {}
    """Lists of people with their weights; empty: the scene's own list."""
    queue: str = ""
    """Of the agents who take the answers."""
    skills: tuple[str, ...] = ()
    hours: str = ""
    """An entry of hours.yaml, by its own clock: outside of it nobody is called. Empty: the scene's hours alone."""
    flow: str = ""
    """Agentless: what answers hear; empty: the scene's script."""
    order: Order = "listed"
    retry: WrittenRetry = WrittenRetry()
    ring: Duration | None = None
    """How long a phone rings; empty: as long as the scene has it."""
    at_once: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 10
    patience: Duration = "2 s"
    """How long an answer may be without an agent before it is abandoned."""
    safe_harbour: str = "safe_harbour"
    """The phrase for those: who has called, and how to be called no more."""
    dispositions: dict[str, WrittenDisposition] = {}
    disposition_required: bool = True
    wrap_up: Duration = "2 min"
    """The longest after-call work while no disposition has come."""
    preview: Duration = "60 s"
    keep_free: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    """So many agents of the queue are left to callers."""
    callers_first: tuple[str, ...] = ()
    """Further queues of the same agents: while a caller waits there nobody is dialled."""
    pacing: WrittenPacing = WrittenPacing()
    answering_machine: WrittenDetection | None = None
    """Answers are judged before anybody is asked for; without it a machine reaches an agent, or the flow."""
    about: str = ""


WORDS: tuple[str, ...] = Written.__struct_fields__

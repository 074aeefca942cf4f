"""The rules of transfers by agents: dialplans/transfers.yaml.

reach_s: 20                       # so long a named agent, or a number outside, has to answer
codes:                            # what is keyed for targets that have no number of their own
  81: {queue: front_desk}
  82: {queue: loans, skills: [loans>=3]}
  83: {flow: main}
  84: {number: "+861069445566"}
kinds: [mobile, fixed]            # other numbers outside that agents may key; without this line, none
scene: handed_on                  # what calls to numbers outside are for: docs/governor.md
"""

from typing import Annotated

import msgspec

from calls.number_kinds import Kind

_Span = Annotated[float, msgspec.Meta(ge=5.0, le=120.0)]


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The target behind a code: one of `queue`, `flow`, `number`. `skills` are asked for beside the queue's own."""

    queue: str = ""
    skills: tuple[str, ...] = ()
    flow: str = ""
    number: str = ""


class TransferRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a site says of transfers by its agents. Without the file: to agents, queues, flows; nobody outside."""

    reach_s: _Span = 20.0
    """How long a named agent, or a number outside, has to answer."""
    queue_s: Annotated[float, msgspec.Meta(ge=5.0)] = 180.0
    """How long a queue has to find somebody."""
    back_s: _Span = 20.0
    """How long the agent who asked has to take the caller back, when nobody was reached."""
    record: bool = False
    """Talks with numbers outside are recorded, where the queue records and the caller has not declined."""
    codes: dict[str, Code] = {}
    countries: tuple[str, ...] = ()
    """ISO 3166: of numbers outside that have no code. Empty: the site's own."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of numbers outside that may be keyed. The house's own numbers lead to their flows."""
    scene: str = ""
    """The scene of calls to numbers outside, by agents and by flows. A site with scenes needs it."""

"""The rules of calls by agents to numbers outside: dialplans/outgoing.yaml.

kinds: [mobile, fixed, voip]      # without this line agents call nobody outside; emergency numbers always may be
countries: [CN, HK]               # unless given, the site's own
caller_id: "4000395183"           # shown to whom they call; a trunk may allow others only
record: true
ring_s: 45
scene: by_hand                    # what these calls are for: docs/governor.md
"""

from typing import Annotated

import msgspec

from calls.number_kinds import Kind


class OutgoingRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a site says of calls by its agents. Without the file: colleagues, and nobody outside."""

    kinds: tuple[Kind, ...] = ()
    """Kinds of numbers that may be called. The house's own numbers never are."""
    countries: tuple[str, ...] = ()
    """ISO 3166: the countries whose numbers may be called. Empty: the site's own."""
    caller_id: str = ""
    """The number that is shown; empty: the first that the trunk allows."""
    record: bool = False
    """Talks with numbers outside are recorded; left is the agent. Talks with colleagues never are."""
    ring_s: Annotated[float, msgspec.Meta(ge=5.0, le=120.0)] = 45.0
    """How long the far end has to answer, a colleague too."""
    scene: str = ""
    """The scene of these calls, where the agent has chosen no other. A site with scenes needs it."""

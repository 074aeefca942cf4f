"""Citations: who says no. Each rule has one, and makes its reasons with it."""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.governor.asking import Asking
from dialer.governor.decisions import Family, Layer, Reason


@dataclass(frozen=True, slots=True)
class Citation:
    """The rule in whose name something is refused."""

    rule: str
    family: Family
    layer: Layer
    clause: str = ""
    by_number: bool = False
    """The rule covers a call by the country, region or kind of its number: another number may be outside of it."""

    def deny(
        self,
        detail: str,
        *,
        counted: int | None = None,
        limit: float | None = None,
        until: float | None = None,
        number_only: bool | None = None,
        undecided: bool = False,
    ) -> Reason:
        """A no. `until`: when it ends by itself, where that is known; the call is denied all the same. `number_only`,
        `undecided`: see `Reason`; None: as the rule covers calls."""
        only = self.by_number if number_only is None else number_only
        return Reason(
            self.rule, self.family, self.layer, "deny", detail, self.clause, counted, limit, until, only, undecided
        )

    def defer(
        self,
        detail: str,
        until: float | None,
        *,
        counted: int | None = None,
        limit: float | None = None,
        number_only: bool | None = None,
    ) -> Reason:
        """A not yet. `until`: before it the rule surely says no; None: it is not known when it would not."""
        only = self.by_number if number_only is None else number_only
        return Reason(self.rule, self.family, self.layer, "defer", detail, self.clause, counted, limit, until, only)


Check = Callable[[Asking, float], Reason | None]
"""A rule that is ready: what it says of a call at an instant (UTC epoch seconds); None: nothing against it.

It may raise; then the call is denied in its name. An `until` of its reason is after the instant asked.
"""

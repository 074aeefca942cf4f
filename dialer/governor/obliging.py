"""Obligations that a rule puts on an allowed call, and the strictest of several.

    oblige: {notice: recording_notice, record: always, longest_ring: 30 s, least_ring: 15 s}

A rule of any family may have `oblige:` beside it; one that has nothing else forbids nothing. The shortest of the
longest rings counts and the longest of the least; of several notices that of the highest layer, and for recording the
same; where one layer says both, `never`.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from dialer.governor.decisions import Obligations
from dialer.governor.durations import Duration, seconds


class Obliging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The words of `oblige:`."""

    notice: str = ""
    record: Literal["", "always", "never"] = ""
    longest_ring: Duration = ""
    least_ring: Duration = ""

    def obligations(self) -> Obligations:
        """In seconds."""
        return Obligations(
            notice=self.notice,
            record=self.record,
            longest_ring_s=seconds(self.longest_ring) if self.longest_ring else None,
            least_ring_s=seconds(self.least_ring) if self.least_ring else None,
        )


def strictest(obligations: Iterable[tuple[int, Obligations]]) -> Obligations:
    """All of them as one; each comes with the rank of its layer, 0 the highest."""
    notice, record = (99, ""), (99, "")
    longest: float | None = None
    least: float | None = None
    for rank, one in obligations:
        if one.notice:
            notice = min(notice, (rank, one.notice))
        if one.record:
            record = min(record, (rank, one.record), key=lambda pair: (pair[0], pair[1] != "never"))
        if one.longest_ring_s is not None:
            longest = one.longest_ring_s if longest is None else min(longest, one.longest_ring_s)
        if one.least_ring_s is not None:
            least = one.least_ring_s if least is None else max(least, one.least_ring_s)
    return Obligations(
        notice=notice[1],
        record=_RECORD[record[1]],
        longest_ring_s=longest,
        least_ring_s=least,
    )


_RECORD: dict[str, Literal["", "always", "never"]] = {"": "", "always": "always", "never": "never"}

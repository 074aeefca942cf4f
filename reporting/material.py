"""Material is what a report is made of besides calls: cases, outgoing calls, follow-ups, answers, the robot's part."""

from collections.abc import Mapping, Sequence

import msgspec

from reporting.followups import AnswerRow, FollowUpRow
from reporting.ladder import HandOverSums, RungRow
from reporting.refusals import RefusalRow
from reporting.rows import CaseRow, ClockRow, HandOverRow, StepRow


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """All of a span. Left out: there is nothing of it."""

    opened: Sequence[CaseRow] = ()
    clocks: Sequence[ClockRow] = ()
    """Rounds that were decided."""
    hand_overs: Sequence[HandOverRow] = ()
    steps: Sequence[StepRow] = ()
    attempts: Mapping[str, Mapping[str, int]] = {}
    """Of the ledger, by scene and state."""
    complaints: Mapping[str, int] = {}
    """Cases about these attempts, by scene."""
    refusals: Sequence[RefusalRow] = ()
    departments: Mapping[str, str] = {}
    """Of scenes."""
    follow_ups: Sequence[FollowUpRow] = ()
    answers: Sequence[AnswerRow] = ()
    dispositions: Mapping[str, Mapping[str, int]] = {}
    """Talks by queue and word."""
    rungs: Sequence[RungRow] = ()
    hand_over_sums: HandOverSums = HandOverSums()
    gaps: Sequence[str] = ()
    """What could not be read."""

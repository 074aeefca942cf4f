"""Outages of our own side: while calls cannot be placed, a campaign tries with one contact at a time, ever more slowly.

A gate that is away, a trunk that is down or a link that is lost fails each call within milliseconds. Without a pause a
campaign would go through its whole list meanwhile: who is put off, or out of tries, is not there when it is over.
"""

from calls.ids import Seconds
from dialer.campaigns.board import Board
from dialer.campaigns.results import NOT_PLACED
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord

OUT_OF_SERVICE = "out_of_service"
"""Why a campaign that runs dials so slowly."""
IN_A_ROW = 3
"""Fewer failures than that may be those persons' numbers: one that no trunk carries, for instance."""
FIRST_PAUSE_S: Seconds = 1.0
LONGEST_PAUSE_S: Seconds = 30.0
_FAILURES = NOT_PLACED | {"failed"}
_NO_WORD = frozenset({"given_up"})
"""Results that say neither that calls can be placed nor that they cannot."""
_TRYING = frozenset({"asking", "dialling"})


class Outages:
    """Counts what came to nothing by our own side, and holds the campaign back."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def room(self, record: CampaignRecord, settings: CampaignSettings) -> int:
        """How many calls may be under way to their answers: as many as the campaign has lines, or one, or none yet."""
        if record.again_at is None:
            return settings.at_once
        if self._board.now < record.again_at:
            return 0
        return 1 - sum(hand.state in _TRYING for hand in record.hands.values())

    def failed(self, record: CampaignRecord) -> None:
        """The gate was away, or a call could not be placed. Those that were under way already make no pause longer.
        Previews go by agents, who see it: nobody goes through a list by hand, and an agent who is not there is none."""
        settings = self._board.settings.get(record.name)
        if settings is None or settings.mode == "preview":
            return
        record.failures += 1
        now = self._board.now
        if record.failures < IN_A_ROW or (record.again_at is not None and now < record.again_at):
            return
        record.again_at = now + min(FIRST_PAUSE_S * 2.0**record.pauses, LONGEST_PAUSE_S)
        record.pauses = min(record.pauses + 1, 30)
        self._board.wake(record.again_at, record.name, "")

    def worked(self, record: CampaignRecord) -> None:
        """A call reached the network: all lines are free to dial."""
        if record.failures:
            record.failures, record.pauses, record.again_at = 0, 0, None
            self._board.touch(record.name)

    def over(self, record: CampaignRecord, result: str) -> None:
        """A call that nobody answered has ended with this result."""
        if result in _FAILURES:
            self.failed(record)
        elif result not in _NO_WORD:
            self.worked(record)

"""The board counts each try once, and tells on the screen who was refused, by which rule; the number masked."""

import pytest

from hotline.views.board import Board
from hotline.views.campaigns import CampaignTotals
from tests.unit.hotline.campaigns.stores import a_try

pytestmark = pytest.mark.unit


def test_each_try_counts_once() -> None:
    board = Board()
    talk = a_try("calls/1.1/1", answered_at=3.0, connected_at=4.0, result="talked")
    for one in (
        *(talk, talk, a_try("calls/1.2/1"), a_try("calls/1.3/1", answered_at=9.0, abandoned=True)),
        *(a_try("calls/1.4/1", verdict="deny", rule="house.x"), a_try("calls/1.5/1", verdict="defer", rule="house.y")),
    ):
        board.watch(one, 7.0)
    assert board.campaigns.of("calls") == CampaignTotals(3, 2, 1, 1, 1, 1)
    assert board.campaigns.of("others") == CampaignTotals()
    told = [(one.what, one.words["rule"], one.words["number"]) for one in board._last]
    assert told == [("call deferred", "house.y", "+86*******0001"), ("call denied", "house.x", "+86*******0001")]

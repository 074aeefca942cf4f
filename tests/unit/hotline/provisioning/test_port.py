"""Calls that met the fallback, as rows of the call log."""

import pytest

from calls.ids import CallId
from control.messages.log_commands import LogCall
from hotline.provisioning.port import MissedCall

pytestmark = pytest.mark.unit


def test_numbers_are_read_as_they_are_dialled_where_the_house_is() -> None:
    missed = MissedCall(CallId("fallback-1"), "01711234567", "030123456", 1.0, 2.0, "abandoned", None, "")
    (row,) = missed.rows("DE")
    assert isinstance(row, LogCall)
    assert (row.caller, row.called) == ("+491711234567", "+4930123456")

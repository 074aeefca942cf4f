"""Two switches in one house: where phones are rung, and what one that is lost takes with it."""

from collections.abc import Callable

import msgspec
import pytest

from acd.commands import AgentChanged
from calls import events as door
from calls.causes import Cause, DeviceState
from calls.commands import HangUp, Originate, StartMusic
from calls.ids import AgentId, LegId
from control import commands, events
from tests.unit.control.house import HouseOnPaper

"""The commands of the pacing core."""

from typing import Literal

from calls.commands import Command

Mode = Literal["predictive", "progressive"]
Why = Literal["", "no_history", "few_agents", "budget"]
"""Why it is progressive: hazards are not learned yet, too few agents are there, or a window's budget leaves no more."""


class Dial(Command, frozen=True):
    """Place so many calls now. `Dialled` answers each, or `NotDialled`; what neither answered within some seconds
    counts as not dialled."""

    count: int


class ModeChanged(Command, frozen=True):
    """Show how the campaign dials from now on, and why."""

    mode: Mode
    why: Why
    window: str = ""
    """The window whose budget it is."""


PacingCommand = Dial | ModeChanged

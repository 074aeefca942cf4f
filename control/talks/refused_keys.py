"""Refused keys are answered: an agent whose star code in a talk cannot be done is told so; nobody else hears it."""

from calls.commands import Play
from calls.ids import LegId
from control.hub.hub import Hub

PHRASE = "agent_refused"
"""The phrase of prompts/ that they hear, as those do who dial a code that is refused."""


def say_refused(hub: Hub, leg: LegId) -> None:
    """Tell the agent on this leg; nothing where the leg is gone, or the site has no such phrase."""
    sound = hub.directory.sound(hub.register.version, PHRASE)
    if sound and leg in hub.register.legs:
        hub.give(Play(leg, hub.mint(leg), sound))

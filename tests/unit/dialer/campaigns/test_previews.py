"""Previews in the campaigns core: shown to an agent, dialled when they say so, and given back."""

import pytest

from calls.ids import AgentId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST = ContactKey(1, 0)


def kept(house: House) -> commands.KeepContact:
    return of_kind(commands.KeepContact, house.said)[-1]


def previewing() -> tuple[House, commands.ShowPreview]:
    house = House(campaign("preview"))
    house.start()
    house.agents("ann")
    return house, of_kind(commands.ShowPreview, house.said)[-1]


def test_a_preview_is_dialled_when_its_agent_says_so_and_asked_of_the_gate_then():
    house, shown = previewing()
    assert not of_kind(commands.Ask, house.said)
    assert house.do(events.PreviewAnswered(shown.attempt, BEN, True)) == []
    (ask,) = of_kind(commands.Ask, house.do(events.PreviewAnswered(shown.attempt, ANN, True)))
    assert (ask.attempt, ask.agent) == (shown.attempt, ANN)
    (place,) = of_kind(commands.Place, house.do(events.Allowed(ask.attempt)))
    assert place.agent == ANN
    (taken,) = of_kind(commands.TakeToAgent, house.do(events.Answered(ask.attempt)))
    assert taken.agent == ANN


def test_a_declined_preview_is_for_later_and_the_agent_sees_the_next():
    house, shown = previewing()
    said = house.do(events.PreviewAnswered(shown.attempt, ANN, False, "not now"))
    assert kept(house).detail == "declined: not now"
    assert of_kind(commands.EndPreview, said) == [commands.EndPreview(shown.attempt, ANN)]
    assert of_kind(commands.ShowPreview, said)[0].contact.key == ContactKey(1, 1)


def test_a_preview_that_nobody_answers_goes_back_and_so_it_does_when_its_agent_is_busy():
    house, shown = previewing()
    said = house.wait(60)
    assert of_kind(commands.EndPreview, said)[0].attempt == shown.attempt
    again = of_kind(commands.ShowPreview, said)[0]
    assert (again.contact.key, again.attempt) == (shown.contact.key, "spring/1.0/2")
    said = house.do(events.AgentSeen("care", ANN, "talk"))
    assert of_kind(commands.EndPreview, said)[0].attempt == again.attempt
    assert not of_kind(commands.ShowPreview, said)


def test_a_denied_preview_is_shown_no_more():
    house, shown = previewing()
    house.do(events.PreviewAnswered(shown.attempt, ANN, True))
    said = house.do(events.Denied(shown.attempt, "law"))
    assert of_kind(commands.EndPreview, said)
    assert of_kind(commands.ShowPreview, said)[0].contact.key == ContactKey(1, 1)

"""However a channel reads its keys, each that was pressed counts once."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.asterisk.keys import Keys
from tests.properties.asterisk_reading import Channel, Press, Told, packets

pytestmark = pytest.mark.properties

DIGITS = "0123456789"
BY_HAND = st.builds(
    Press,
    st.sampled_from("13#"),  # few, so that the same is keyed again and again
    st.integers(4, 20).map(lambda steps: steps * 20),
    st.integers(4, 30).map(lambda steps: steps * 20),
)


def counted(told: Iterable[Told]) -> str:
    keys = Keys()
    return "".join(one.key for one in told if keys.is_news(one.key, one.length_ms / 1000, 1e9 + one.at / 1000))


@given(st.lists(BY_HAND, min_size=1, max_size=12))
def test_who_keys_on_a_sound_line_is_counted_exactly(presses: list[Press]) -> None:
    channel = Channel()
    channel.read(packets(presses, Random(0)))
    assert counted(channel.told) == "".join(press.key for press in presses)


@pytest.mark.parametrize(("length_ms", "pause_ms"), [(120, 60), (80, 80), (100, 100)])
def test_packets_that_come_bunched_make_no_more_of_the_keys(length_ms: int, pause_ms: int) -> None:
    """Stalls of up to 150 ms: Asterisk tells one code in a hundred and more with keys too many, we one in 500."""
    rng = Random(length_ms)
    twice = wrong = lost = 0
    for _ in range(500):
        presses = [Press(rng.choice(DIGITS), length_ms, pause_ms) for _ in range(7)]
        channel = Channel()
        channel.read(packets(presses, rng, stall_share=0.03, stall_ms=150.0))
        keyed = "".join(press.key for press in presses)
        twice += "".join(one.key for one in channel.told) != keyed
        wrong += counted(channel.told) != keyed
        lost += len(counted(channel.told)) < len(keyed)
    assert twice > 5
    assert wrong <= 1
    assert lost == 0

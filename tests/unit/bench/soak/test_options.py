"""The soak's defaults are what docs/benchmarks.md says they are."""

import re
from inspect import signature
from pathlib import Path

import pytest

from bench.soak import script, site
from bench.soak.run import Options
from hotline.cli.soak import soak

pytestmark = pytest.mark.unit

_DOCUMENT = Path(__file__).parents[4] / "docs/benchmarks.md"


def test_the_rate_is_60_percent_of_the_rate_held() -> None:
    held = re.search(r"rate held for 60 s .*?\| ([0-9.]+) a second", _DOCUMENT.read_text(encoding="utf-8"))
    assert held is not None
    assert Options().rate == int(0.6 * float(held[1]))


def test_the_command_has_the_same_defaults() -> None:
    given = {name: parameter.default for name, parameter in signature(soak).parameters.items()}
    own = Options()
    assert (given["minutes"], given["rate"]) == (own.minutes, own.rate)
    assert (given["kill_every"], given["publish_every"]) == (own.kill_every_s, own.publish_every_s)


def test_there_are_agents_enough_for_the_talks_of_each_rate() -> None:
    for rate in (1.0, 10.0, 28.0):
        desk, slow = script.agents_for(rate)
        share = sum(kind.weight for kind in script.KINDS.values() if kind.key in ("1", "2", "4")) / 100
        assert len(desk) > rate * share * 3.5, "talks of two seconds, ringing, and those who miss"
        assert len(slow) > 2
        assert not {*desk} & {*slow}


def test_each_publish_is_another_version() -> None:
    assert site.main_flow(1) != site.main_flow(2)
    assert site.main_flow(1) == site.files(["1001"], ["1501"], "127.0.0.1:5080")["dialplans/flows/main.yaml"]

"""The trunk for a number: order, limits, what is down; how each trunk writes and reads numbers."""

import pytest

from calls.trunks import Incoming, Outgoing, Route, Trunk, TrunkState, choose, normalised, written

pytestmark = pytest.mark.unit

MOBILE, ABROAD = "+8613800138000", "+4930123456"
UP = TrunkState(reachable=True)
DOWN = TrunkState(reachable=False)


def trunk(**settings: object) -> Trunk:
    return Trunk(address="192.0.2.1", **settings)  # type: ignore[arg-type] # of a table


@pytest.mark.parametrize(
    ("trunks", "states", "number", "tried"),
    [
        pytest.param({"a": {}, "b": {}}, {}, MOBILE, ["a", "b"], id="in the order of the file"),
        pytest.param({"a": {"order": 2}, "b": {}}, {}, MOBILE, ["b", "a"], id="by order"),
        pytest.param({"a": {}, "b": {}}, {"a": DOWN, "b": UP}, MOBILE, ["b", "a"], id="what is down comes last"),
        pytest.param(
            {"a": {}, "b": {"order": 9}},
            {"a": TrunkState(reachable=True, registered=False)},
            MOBILE,
            ["b", "a"],
            id="what is not registered comes last",
        ),
        pytest.param({"a": {}}, {"a": DOWN}, MOBILE, ["a"], id="the only one is tried though it seems down"),
        pytest.param({"a": {"carries": ["+86"]}, "b": {}}, {}, ABROAD, ["b"], id="by the beginning of the number"),
        pytest.param({"a": {"carries": ["+86"]}}, {}, "13800138000", ["a"], id="as dialled in the region"),
        pytest.param({"a": {"carries": ["+86"]}}, {}, ABROAD, [], id="nobody carries it"),
        pytest.param({}, {}, MOBILE, [], id="there is no trunk"),
        pytest.param({"a": {"max_calls": 2}, "b": {}}, {"a": TrunkState(calls=2)}, MOBILE, ["b"], id="full"),
        pytest.param({"a": {"max_calls": 2}}, {"a": TrunkState(calls=1)}, MOBILE, ["a"], id="one more"),
        pytest.param({"a": {"max_calls": 2}}, {"a": TrunkState(calls=2)}, MOBILE, [], id="all full"),
        pytest.param({"a": {"calls_per_s": 3}, "b": {}}, {"a": TrunkState(begun=3)}, MOBILE, ["b"], id="too fast"),
        pytest.param({"a": {"carries": ["955"]}, "b": {}}, {}, "95588", ["a", "b"], id="a short code"),
    ],
)
def test_the_choice(
    trunks: dict[str, dict[str, object]], states: dict[str, TrunkState], number: str, tried: list[str]
) -> None:
    made = {
        name: trunk(**{word: tuple(value) if isinstance(value, list) else value for word, value in given.items()})
        for name, given in trunks.items()
    }
    choice = choose(made, states, number, "95183", "CN")
    assert [route.trunk for route in choice.routes] == tried
    assert bool(choice.reason) is not bool(tried)


@pytest.mark.parametrize(
    ("settings", "number", "caller", "route"),
    [
        ({}, MOBILE, "95183", (MOBILE, "95183")),
        ({"outgoing": Outgoing("plain")}, MOBILE, "+862195183000", ("8613800138000", "862195183000")),
        ({"outgoing": Outgoing("national", "9")}, MOBILE, "+862195183000", ("913800138000", "02195183000")),
        ({"outgoing": Outgoing("international")}, MOBILE, "", ("008613800138000", "")),
        ({"outgoing": Outgoing("national"), "region": "US"}, MOBILE, "", ("0118613800138000", "")),
        ({"caller_ids": ("02195183000", "02195183001")}, MOBILE, "95183", (MOBILE, "+862195183000")),
        ({"caller_ids": ("02195183000", "02195183001")}, MOBILE, "02195183001", (MOBILE, "+862195183001")),
    ],
)
def test_both_numbers_are_written_as_the_trunk_wants_them(
    settings: dict[str, object], number: str, caller: str, route: tuple[str, str]
) -> None:
    choice = choose({"a": trunk(**settings)}, {}, number, caller, "CN")
    assert choice.routes == (Route("a", *route),)


def test_a_short_code_is_written_as_it_is() -> None:
    assert {written("95588", form, "CN") for form in ("e164", "plain", "international", "national")} == {"95588"}


@pytest.mark.parametrize(
    ("incoming", "region", "given", "read"),
    [
        (Incoming(), "", "13800138000", MOBILE),
        (Incoming(prefix="9"), "", "913800138000", MOBILE),
        (Incoming(prefix="9"), "", "13800138000", MOBILE),
        (Incoming("plain"), "", "4930123456", ABROAD),
        (Incoming("plain"), "DE", "8613800138000", MOBILE),
        (Incoming("plain"), "", "95183", "95183"),
        (Incoming("national"), "DE", "4930123456", "+494930123456"),
        (Incoming(), "DE", "030123456", ABROAD),
        (Incoming("national"), "DE", "030123456", ABROAD),
        (Incoming(), "US", "2125550123", "+12125550123"),
        (Incoming("plain"), "", "anonymous", "anonymous"),
        (Incoming("national"), "", "", ""),
    ],
)
def test_numbers_of_arrivals_are_read_by_the_trunks_own_form_and_region(
    incoming: Incoming, region: str, given: str, read: str
) -> None:
    assert normalised(given, trunk(incoming=incoming, region=region), "CN") == read

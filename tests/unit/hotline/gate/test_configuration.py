"""The proxy's configuration: what a site says, and nothing that could be taken for configuration itself."""

import re
from pathlib import Path
from typing import Any

import pydantic
import pytest

from hotline.gate.configuration import ConfigurationError, configuration
from hotline.site.gate import GateSettings, GateSource

pytestmark = pytest.mark.unit

SOURCE = {"address": "203.0.113.7", "trunk": "sip:198.51.100.1:5060"}


def text(**changes: Any) -> str:
    given: dict[str, Any] = {
        "address": "127.0.0.1",
        "port": 5070,
        "decider_port": 8451,
        "secret": "only-for-this-test",
        "sources": {"dialer": GateSource(**SOURCE)},
        "modules": Path("/usr/lib/kamailio/modules"),
    }
    return configuration(**(given | changes))


def test_all_that_is_left_open_is_filled_in() -> None:
    assert not re.search(r"\{\{\w+\}\}", text())


def test_a_source_is_known_by_its_address_and_by_its_port_where_it_names_one() -> None:
    sources = {
        "a": GateSource(address="203.0.113.7:5080", trunk="sip:198.51.100.1", mode="shadow"),
        "b": GateSource(address="2001:db8::7", trunk="sip:198.51.100.2;transport=tcp", mode="off"),
    }
    found = text(sources=sources)
    assert (
        'if ($si == "203.0.113.7" && $sp == 5080) {\n        $var(source) = "a";\n        $var(mode) = "shadow";'
        in found
    )
    assert 'if ($si == "2001:db8::7") {\n        $var(source) = "b";\n        $var(mode) = "off";' in found


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"address": '127.0.0.1"\nlisten'}, "address"),
        ({"secret": "short"}, "secret"),
        ({"secret": 'a"' * 20}, "secret"),
    ],
)
def test_what_could_be_configuration_is_refused(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(ConfigurationError, match=names):
        text(**changes)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({}, "at least 1 item"),
        ({"a b": SOURCE}, "is no name"),
        ({"a": SOURCE | {"address": "dialer.example"}}, "no IP address"),
        ({"a": SOURCE | {"trunk": "198.51.100.1"}}, "String should match"),
        ({"a": SOURCE, "b": SOURCE}, "come from one address"),
        ({"a": SOURCE, "b": SOURCE | {"address": "203.0.113.7:5080"}}, "come from one address"),
        ({"a": SOURCE | {"mode": "watch"}}, "'off', 'shadow' or 'enforce'"),
    ],
)
def test_settings_that_no_proxy_could_obey(sources: dict[str, Any], told: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=told):
        GateSettings.model_validate({"sources": sources})


def test_systems_on_one_host_are_apart_by_their_ports() -> None:
    two = {"a": SOURCE | {"address": "203.0.113.7:5080"}, "b": SOURCE | {"address": "203.0.113.7:5090"}}
    assert list(GateSettings.model_validate({"sources": two}).sources) == ["a", "b"]

"""docker-compose.yml against the Compose Specification, and against what we promise of it. No container is started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

pytestmark = pytest.mark.unit

FILE = Path(__file__).parents[3] / "docker-compose.yml"
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:-([^}]*))?\}")
ONE_SHOT = "freeswitch-configuration"


def resolved() -> dict[str, Any]:
    """As docker compose reads it with nothing set: variables at their defaults, merges done."""
    text = _VARIABLE.sub(lambda found: found[3] or "", FILE.read_text()).replace("$$", "$")
    return yaml.safe_load(text)  # type: ignore[no-any-return]  # a mapping, which the first test shows


def services() -> dict[str, dict[str, Any]]:
    return resolved()["services"]  # type: ignore[no-any-return]  # as above


def test_it_is_a_compose_file() -> None:
    compose = PyCompose.from_yaml(yaml.safe_dump(resolved()))
    compose.validate()
    assert set(compose.service_names()) == {"asterisk", "controller", "freeswitch", ONE_SHOT}


def test_the_check_sees_a_misspelt_word() -> None:
    wrong = resolved()
    wrong["services"]["asterisk"]["helthcheck"] = wrong["services"]["asterisk"].pop("healthcheck")
    with pytest.raises(ValueError, match="helthcheck"):
        PyCompose.from_yaml(yaml.safe_dump(wrong))


def test_every_variable_has_a_default_and_none_is_a_password() -> None:
    found = list(_VARIABLE.finditer(FILE.read_text()))
    assert all(variable[2] for variable in found)
    assert not [variable[1] for variable in found if re.search("PASSW|SECRET|TOKEN", variable[1])]
    for name, service in services().items():
        assert "environment" not in service, name


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_is_locked_down(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "10001:10001"
    assert service["volumes"] == ["site:/site"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    if name != ONE_SHOT:
        assert set(service["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}


def test_each_profile_brings_one_switch_and_the_controller_waits_for_it() -> None:
    of_profile = {name: service.get("profiles") for name, service in services().items()}
    assert of_profile == {
        "asterisk": ["asterisk"],
        "controller": None,
        "freeswitch": ["freeswitch"],
        ONE_SHOT: ["freeswitch"],
    }
    waits_for = services()["controller"]["depends_on"]
    assert {name: (rule["condition"], rule["required"]) for name, rule in waits_for.items()} == {
        "asterisk": ("service_healthy", False),
        "freeswitch": ("service_healthy", False),
    }


def test_only_freeswitch_is_somebody_elses_image() -> None:
    assert {name for name, service in services().items() if "build" not in service} == {"freeswitch"}
    assert "${HOTLINE_FREESWITCH_IMAGE:-" in FILE.read_text()


def test_freeswitch_runs_over_the_folders_that_its_configuration_is_written_to() -> None:
    from switch.freeswitch.process import command_line
    from switch.freeswitch.settings import FreeSwitchSettings

    ours = command_line("freeswitch", FreeSwitchSettings(Path("/site/var/freeswitch"), "secret"))
    found = services()["freeswitch"]
    assert [*found["entrypoint"], *found["command"]] == list(ours)

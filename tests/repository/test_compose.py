"""docker-compose.yml against the Compose Specification, and against what we promise of it. No container is started."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from typer.main import get_command

from hotline.cli.serve import app as serve
from hotline.site.settings import Settings
from hotline.site.site import Site

pytestmark = pytest.mark.unit

FILE = Path(__file__).parents[2] / "docker-compose.yml"
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
    from switch.freeswitch.instance.process import command_line
    from switch.freeswitch.instance.settings import FreeSwitchSettings

    ours = command_line("freeswitch", FreeSwitchSettings(Path("/site/var/freeswitch"), "secret"))
    found = services()["freeswitch"]
    assert [*found["entrypoint"], *found["command"]] == list(ours)


def test_a_port_that_is_set_reaches_the_switch_and_the_controller_alike() -> None:
    text = FILE.read_text()
    for variable in ("HOTLINE_ARI_PORT", "HOTLINE_EVENT_SOCKET_PORT", "HOTLINE_WEB_PORT"):
        text = text.replace(f"${{{variable}:-", f"${{{variable}_MOVED:-1")
    moved = yaml.safe_load(_VARIABLE.sub(lambda found: found[3] or "", text).replace("$$", "$"))["services"]
    words = shlex.split(moved["controller"]["command"][2].replace("\\\n", " "))
    options = words[words.index("serve") + 1 :]
    assert "--ari-port=18088" in moved["asterisk"]["command"]
    assert "--event-socket-port=18021" in moved[ONE_SHOT]["command"]
    assert {"--ari-port=18088", "--event-socket-port=18021", "--web-port=18780"} < set(options)
    get_command(serve).make_context("serve", options)  # raises UsageError for an option that there is not
    for kind, port in (("asterisk", 18088), ("freeswitch", 18021)):
        site = Site(Path("/site"), Settings.model_validate({"switch": {"kind": kind}}))
        site = site.with_ports(ari=18088, event_socket=18021, web=18780)
        assert (site.settings.switch.port, site.settings.web.port) == (port, 18780)
        unmoved = site.with_ports(ari=None, event_socket=None, web=None)
        assert unmoved.settings == site.settings


def test_the_image_has_what_a_site_may_switch_on() -> None:
    root = FILE.parent
    dockerfile = (root / "Dockerfile").read_text()
    (lock,) = re.findall(r"-r (requirements\S*\.lock)", dockerfile)
    locked = set(re.findall(r"^([a-z0-9-]+)==", (root / lock).read_text(), re.MULTILINE))
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["mqtt"], *extras["forecast"], *extras["build"]]
    names = {re.match(r"[a-z0-9-]+", line)[0] for line in wanted if "sys_platform" not in line}  # type: ignore[index]
    assert names <= locked
    assert "libgomp1" in dockerfile, "LightGBM does not load without it"

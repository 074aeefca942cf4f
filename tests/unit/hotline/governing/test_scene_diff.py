"""What a scene has other than when it was approved last: settings, hours, script and what it says, line by line."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.governing.scene_diff import scene_diff
from hotline.site.site import Site
from tests.unit.hotline.governing.gated_site import approve, change, publish_again, published

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Approved once; then another list, other hours, another text of a questionnaire's flow, and published again."""
    made = published(tmp_path_factory.mktemp("site"))
    approve(made, "offer", "how")
    change(made, "dialplans/scenes/all.yaml", "script: sales_script}", "script: sales_script, list: gold}")
    change(made, "dialplans/hours.yaml", "mon-fri: 09:00-19:00", "mon-fri: 10:00-19:00")
    change(made, "prompts/en.yaml", "How was it?", "How did we do?")
    publish_again(made)
    return made


def test_settings_and_hours(site: Site) -> None:
    found = scene_diff(site, "offer")
    assert found.approved is not None
    assert (found.approved.approver, found.approved.reason) == ("wang.fang", "reviewed")
    assert found.approved.version != found.version
    assert (found.changed, found.policy[0] == found.policy[1], found.trouble) == (("list",), True, "")
    assert {"+list: gold", "-  mon-fri: 09:00-19:00", "+  mon-fri: 10:00-19:00"} <= set(found.lines)
    assert "+++ published: settings" in found.lines


def test_what_a_flow_says(site: Site) -> None:
    found = scene_diff(site, "how")
    assert found.changed == ()
    assert {"-ask_how: How was it?", "+ask_how: How did we do?"} <= set(found.lines)
    assert "+++ published: dialplans/flows/how.yaml" not in found.lines, "the flow is as it was"


def test_one_that_nobody_has_approved_is_all_new(site: Site) -> None:
    found = scene_diff(site, "remind")
    assert (found.approved, found.policy[0]) == (None, "")
    assert {"+category: service", "+notice: recorded", "+recorded: This call is recorded."} <= set(found.lines)
    assert not any(line.startswith("-") and not line.startswith("---") for line in found.lines)


def test_one_that_is_not_published(site: Site) -> None:
    with pytest.raises(BadInput, match="did you mean offer"):
        scene_diff(site, "ofer")


def test_what_was_approved_and_is_deleted_cannot_be_compared(tmp_path: Path) -> None:
    made = published(tmp_path)
    approve(made, "offer")
    change(made, "dialplans/scenes/all.yaml", "script: sales_script}", "script: sales_script, list: gold}")
    publish_again(made)
    (first, _) = sorted(path for path in made.versions.iterdir() if path.is_dir())
    first.rename(made.versions / ".gone")
    found = scene_diff(made, "offer")
    assert ("cannot be compared" in found.trouble, "+list: gold" in found.lines) == (True, True)

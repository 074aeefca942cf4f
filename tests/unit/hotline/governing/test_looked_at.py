"""Lists, purposes and scopes that nobody looks at are told; what is nearly one that somebody looks at is refused."""

from collections.abc import Callable

import pytest

from calls.errors import BadInput
from hotline.governing.approving import in_force
from hotline.governing.looked_at import unheard_list, unheard_purpose, unheard_scope
from hotline.governing.published import InForce
from tests.unit.hotline.governing.gated_site import published

pytestmark = pytest.mark.unit

HOUSE = """
policy: house
layer: group
pools: {main: {"+864000095183": {certified: true}}}
rules:
  gently: {sensitivity: {lists: vulnerable, then: human_only}}
  pilot: {for: {scene: how}, sensitivity: {not_on: white}}
  two: {for: {lists: partner_x}, when: "'vip' in lists", sensitivity: {then: deny}}
  registry: {do_not_call: {lists: registry, unless: {purchase: 546 days}}}
  wished: {consent: {need: given, purposes: [newsletter]}}
"""


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> InForce:
    return in_force(published(tmp_path_factory.mktemp("site"), house=HOUSE))


@pytest.mark.parametrize("name", ["do_not_call", "group", "vulnerable", "white", "partner_x", "vip", "registry"])
def test_lists_of_the_policies_are_looked_at(now: InForce, name: str) -> None:
    assert unheard_list(now, name) == ""


@pytest.mark.parametrize("purpose", ["all", "marketing", "offer", "purchase", "newsletter"])
def test_purposes_of_scenes_and_policies_are_asked_for(now: InForce, purpose: str) -> None:
    assert unheard_purpose(now, purpose) == ""


@pytest.mark.parametrize(
    ("ask", "word", "meant"),
    [
        (unheard_list, "do_not_cal", "do_not_call"),
        (unheard_list, "vulnarable", "vulnerable"),
        (unheard_purpose, "markting", "marketing"),
        (unheard_purpose, "newsleter", "newsletter"),
    ],
)
def test_what_is_nearly_one_is_refused(now: InForce, ask: Callable[[InForce, str], str], word: str, meant: str) -> None:
    with pytest.raises(BadInput, match=f"did you mean {meant}"):
        ask(now, word)


def test_what_may_be_of_a_policy_to_come_is_told(now: InForce) -> None:
    assert "no policy looks at the list expats" in unheard_list(now, "expats")
    assert "no rule asks for pension" in unheard_purpose(now, "pension")


def test_scopes_are_of_campaigns_scenes_and_categories(now: InForce) -> None:
    for scope in ("campaign:spring", "scene:offer", "category:marketing", "", "nonsense"):
        assert unheard_scope(now, scope, ["spring"]) == ""
    for scope in ("campaign:sprng", "scene:ofer", "category:markting"):
        with pytest.raises(BadInput, match="did you mean"):
            unheard_scope(now, scope, ["spring"])
    assert "there is no campaign autumn" in unheard_scope(now, "campaign:autumn", ["spring"])


def test_where_nothing_rules_nobody_knows() -> None:
    assert unheard_list(InForce(), "do_not_cal") == unheard_purpose(InForce(), "markting") == ""

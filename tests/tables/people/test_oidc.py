"""Claims of the house's directory, by a table: who that is here, with which roles, or why nobody is let in."""

from pathlib import Path
from typing import Any

import pydantic
import pytest
import yaml

from hotline.people.oidc_claims import NotLetIn, known
from hotline.site.oidc import OidcSettings

pytestmark = pytest.mark.tables

_CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "oidc.yaml").read_text(encoding="utf-8"))
_ISSUER = "https://login.example/realms/house"


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_claims(case: dict[str, Any]) -> None:
    settings = OidcSettings(issuer=_ISSUER, client_id="hotline", **case["settings"])
    if "refused" in case:
        with pytest.raises(NotLetIn) as raised:
            known(case["claims"], settings)
        assert raised.value.reason == case["refused"]
        assert case["told"] in str(raised.value)
        return
    found = known(case["claims"], settings)
    roles = None if found.roles is None else list(found.roles)
    assert [found.name, found.title, roles] == case["is"]
    assert found.subject == f"{_ISSUER} {case['claims']['sub']}"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"issuer": "http://login.example/"}, "use https"),
        ({"issuer": "login.example"}, "is no issuer"),
        ({"issuer": "https://hotline:secret@login.example/"}, "a file of its own"),
        ({"scopes": ["profile"]}, "`openid` is one of them"),
        ({"new_people": True}, "new_people needs `roles`"),
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=told):
        OidcSettings(**{"issuer": _ISSUER, "client_id": "hotline", **wrong})

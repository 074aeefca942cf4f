"""Signatures as the Standard Webhooks specification has them."""

import base64
import hashlib
import hmac
import stat
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.site.settings import Settings
from hotline.site.site import Site
from hotline.webhooks import signing

pytestmark = pytest.mark.unit

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def site(folder: Path, **settings: object) -> Site:
    hook = {"name": "crm", "url": "https://crm.example/in", "events": ["ring"], **settings}
    return Site(folder, Settings.model_validate({"webhooks": [hook]}))


def test_the_signature_is_the_one_of_the_reference_implementation() -> None:
    """The vector of the reference libraries' own tests (standardwebhooks 1.0.1, tests/test_webhooks.py)."""
    secret = base64.b64decode(SECRET.removeprefix("whsec_"))
    headers = signing.headers((secret,), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_line_of_the_file_signs(tmp_path: Path) -> None:
    new = base64.b64encode(b"n" * 32).decode()
    (tmp_path / "secret").write_text(f"whsec_{new}\n{SECRET}\n")
    one = site(tmp_path, secret_file="secret")
    secrets = signing.secrets_of(one, one.settings.webhooks[0])
    given = signing.headers(secrets, "msg_1", 5, b"{}")["webhook-signature"].split()
    digests = [hmac.new(secret, b"msg_1.5.{}", hashlib.sha256).digest() for secret in secrets]
    assert given == [f"v1,{base64.b64encode(digest).decode()}" for digest in digests]
    assert len(set(given)) == 2


def test_a_secret_is_made_once_for_its_own_user_alone(tmp_path: Path) -> None:
    one = site(tmp_path)
    (webhook,) = one.settings.webhooks
    first = signing.secrets_of(one, webhook)
    path = signing.secret_path(one, webhook)
    assert path == tmp_path / "var/secrets/webhook-crm"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("whsec_")
    assert len(first[0]) == 32
    assert signing.secrets_of(one, webhook) == first
    assert [file.name for file in path.parent.iterdir()] == ["webhook-crm"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("whsec_no base64!", "no secret of Standard Webhooks"),
        ("whsec_c2hvcnQ=", "a secret of 5 bytes"),
        (None, "No such file"),
    ],
)
def test_a_secret_that_is_none_is_told_without_itself(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "secret").write_text(text)
    one = site(tmp_path, secret_file="secret")
    with pytest.raises(BadInput, match=told) as error:
        signing.secrets_of(one, one.settings.webhooks[0])
    assert "c2hvcnQ" not in str(error.value)

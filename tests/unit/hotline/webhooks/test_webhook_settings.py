"""Settings of webhooks: what an address may be, and what is told of a word that is none."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.site.site import Site

pytestmark = pytest.mark.unit


def read(folder: Path, line: str) -> Site:
    (folder / "hotline.yaml").write_text(f"webhooks:\n  - {line}\n")
    return Site.open(folder)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example/in?key=1",
        "http://127.0.0.1:9000/in",
        "http://[::1]:9000/in",
        "http://localhost/in",
        "https://10.0.0.4/in",
    ],
)
def test_https_and_this_machine_are_addresses(tmp_path: Path, url: str) -> None:
    (webhook,) = read(tmp_path, f"{{name: crm, url: '{url}', events: [ring, end]}}").settings.webhooks
    assert webhook.url == url
    assert (webhook.numbers, webhook.timeout_s, webhook.keep_hours) == ("masked", 5.0, 72.0)
    assert "key=1" not in webhook.shown_url


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{name: crm, url: 'http://crm.example/in', events: [ring]}", "http to another machine"),
        ("{name: crm, url: 'http://127.0.0.1.example/in', events: [ring]}", "http to another machine"),
        ("{name: crm, url: 'ftp://127.0.0.1/in', events: [ring]}", "no address of a server"),
        ("{name: crm, url: 'file:///etc/passwd', events: [ring]}", "no address of a server"),
        ("{name: crm, url: 'https://me:secret@crm.example/', events: [ring]}", "no user and password"),
        ("{name: crm, url: 'https://crm.example:99999/', events: [ring]}", "1 to 65535"),
        ("{name: CRM, url: 'https://crm.example/', events: [ring]}", "use a small letter"),
        ("{name: crm, url: 'https://crm.example/', events: [rings]}", r"webhooks\.0\.events\.0: .*did you mean ring"),
        ("{name: crm, url: 'https://crm.example/', events: []}", "at least 1"),
        ("{name: crm, url: 'https://crm.example/', event: [ring]}", r"event is no setting \(did you mean events"),
        (
            "{name: crm, url: 'https://crm.example/', events: [ring]}\n"
            "  - {name: crm, url: 'https://erp.example/', events: [end]}",
            "two webhooks have the name crm",
        ),
    ],
)
def test_what_is_none_is_told(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as error:
        read(tmp_path, line)
    assert ":2:" in str(error.value) or ":1:" in str(error.value), "its place"


def test_http_to_another_machine_where_the_site_says_so(tmp_path: Path) -> None:
    line = "{name: crm, url: 'http://10.0.0.4/in', events: [ring], plain_http: true}"
    assert read(tmp_path, line).settings.webhooks[0].plain_http

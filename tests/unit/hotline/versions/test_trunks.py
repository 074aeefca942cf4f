"""trunks.yaml: what is wrong has its place and the nearest right word; what calls out and no trunk carries is told."""

import shutil
from pathlib import Path

import pytest

from calls.trunks import Outgoing, Tls
from dsl.tree import Problem
from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from hotline.versions.trunks import uncarried

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
TRUNKS = """\
tls: {port: 5061, authorities: /etc/ssl/certs/ours.crt}
trunks:
  carrier:
    address: sip.carrier.example:5080
    transport: tls
    srtp: true
    register: true
    user: "4000095183"
    secret: carrier
    caller_ids: ["4000095183"]
    max_calls: 30
    carries: [+86]
    outgoing: {form: national, prefix: "9"}
  backup:
    address: 192.0.2.9
    sources: [192.0.2.0/28]
    order: 2
"""


def site_with(folder: Path, trunks: str, *, secret: bool = True) -> Checked:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "dialplans/trunks.yaml").write_text(trunks)
    (folder / "var/secrets").mkdir(parents=True)
    if secret:
        (folder / "var/secrets/carrier").write_text("open sesame\n")
    return check(Site.open(folder))


def told_of_trunks(checked: Checked) -> list[Problem]:
    """What the sample's other files are told besides comes and goes with the day."""
    return [problem for problem in checked.problems if problem.rule in ("trunk", "no-trunk")]


def test_trunks_are_part_of_the_version_without_their_passwords(tmp_path: Path) -> None:
    checked = site_with(tmp_path, TRUNKS)
    assert told_of_trunks(checked) == []
    assert checked.routing is not None
    assert list(checked.routing.trunks) == ["carrier", "backup"]
    carrier = checked.routing.trunks["carrier"]
    assert (carrier.host, carrier.callers) == ("sip.carrier.example", ("sip.carrier.example",))
    assert carrier.outgoing == Outgoing("national", "9")
    assert checked.routing.trunks["backup"].callers == ("192.0.2.0/28",)
    assert checked.routing.tls == Tls(authorities="/etc/ssl/certs/ours.crt")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("address: 192.0.2.9", "adress: 192.0.2.9", "`adress` is not known here"),
        ("address: 192.0.2.9", "adress: 192.0.2.9", "did you mean address?"),
        ("    address: 192.0.2.9\n", "", "`address` is missing"),
        ("sip.carrier.example:5080", "sip:carrier", "trunks.yaml:4:5: 'sip:carrier' is no HOST or HOST:PORT"),
        ("transport: tls", "transport: tsl", "did you mean tls?"),
        ("form: national", "form: natinal", "did you mean national?"),
        ("[192.0.2.0/28]", "[192.0.2.300/28]", "no address, network"),
        ("secret: carrier", "secret: ../carrier", "is no name of a file in var/secrets"),
        ("    secret: carrier\n", "", "`secret` is missing"),
        ('    user: "4000095183"\n', "", "`user` is missing"),
        ("max_calls: 30", "max_calls: -1", "`max_calls` is a whole number"),
        ("max_calls: 30", "max_calls: many", "a whole number is wanted, not text"),
        ("max_calls: 30", "region: Deutschland", "did you mean DE?"),
        ("max_calls: 30", "codecs: [allaw]", "(did you mean alaw?)"),
        ("carries: [+86]", "carries: ['0086']", "numbers begin with + and the country here"),
        ('prefix: "9"', 'prefix: "9a"', "is no prefix"),
        ("  backup:", "  Backup-2:", "a trunk's name has small letters"),
        ("tls: {port: 5061", "tls: {port: 0", "0 is no port"),
        ("tls: {port: 5061", "tls: {key: /k", "`certificate` and `key` belong together"),
        ("authorities: /etc", "authorities: etc", "an absolute path"),
        ("tls: {", "tsl: {", "did you mean tls?"),
        ('caller_ids: ["4000095183"]', "caller_ids: [hotline]", "'hotline' is no number"),
        ('user: "4000095183"', 'user: "a;b"', "cannot be the user part"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TRUNKS
    checked = site_with(tmp_path, TRUNKS.replace(old, new, 1))
    told = "\n".join(str(problem) for problem in checked.errors)
    assert said in told
    assert checked.routing is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("transport: tls", "transport: udp", "the keys of the audio go in the clear"),
        ("", "", "write the password into it"),
    ],
)
def test_what_may_be_meant_is_a_warning(tmp_path: Path, old: str, new: str, said: str) -> None:
    checked = site_with(tmp_path, TRUNKS.replace(old, new, 1) if old else TRUNKS, secret=bool(old))
    assert [said in problem.message for problem in told_of_trunks(checked)] == [True]
    assert checked.routing is not None


def test_a_house_without_a_trunk_is_told_once_what_cannot_be_called(tmp_path: Path) -> None:
    checked = site_with(tmp_path, "# none yet\n")
    (problem,) = told_of_trunks(checked)
    assert problem.warning
    assert problem.mark.file == "dialplans/queues.yaml"
    assert "callbacks of front_desk, callbacks of loans, callbacks of care" in problem.message
    assert checked.program is not None
    assert checked.routing is not None
    assert uncarried(checked.program, checked.routing) == [f"callbacks of {q}" for q in ("front_desk", "loans", "care")]


def test_a_number_that_no_trunk_carries_is_told_where_it_stands(tmp_path: Path) -> None:
    flow = "flow: abroad\nstart: out\nout: {transfer: 'tel:+4930123456', then: hangup}\n"
    (tmp_path / "dialplans").mkdir()
    checked = site_with_flow(tmp_path, flow)
    told = [str(problem) for problem in checked.problems if problem.rule == "no-trunk"]
    assert told == [
        "dialplans/flows/abroad.yaml:3:1: tel:+4930123456 in abroad: no trunk carries such a number; `carries` of"
        " carrier leaves it out [no-trunk]"
    ]


def site_with_flow(folder: Path, flow: str) -> Checked:
    shutil.rmtree(folder / "dialplans")
    site_with(folder, TRUNKS[: TRUNKS.index("  backup:")])
    (folder / "dialplans/flows/abroad.yaml").write_text(flow)
    entry = folder / "dialplans/entry.yaml"
    entry.write_text(entry.read_text() + '"4000995183": abroad\n')
    return check(Site.open(folder))

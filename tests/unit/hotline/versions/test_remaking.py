"""A version that another release wrote is read anew from its sources, and a server starts on it."""

import signal
from pathlib import Path

import msgspec
import pytest

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.remaking import bring_up_to_date
from hotline.versions.store import OtherRelease, Versions
from tests.unit.hotline.governing.gated_site import published
from tests.unit.hotline.served import new_server, serve

pytestmark = pytest.mark.unit

PARTS = {
    "people": "people.json",
    "scenes": "scenes.json",
    "campaigns": "campaigns.msgpack",
    "clocks": "clocks.json",
    "followups": "followups.json",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return published(tmp_path)


def current(site: Site) -> str:
    version = Versions(site.versions).current()
    assert version is not None
    return version


def written_by_another(site: Site, part: str) -> Path:
    """The file of a part, in a form that this release does not know."""
    path = site.versions / current(site) / PARTS[part]
    encode = msgspec.msgpack.encode if path.suffix == ".msgpack" else msgspec.json.encode
    path.write_bytes(encode(["of", "another", "release"]))
    return path


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_what_it_was(site: Site, part: str) -> None:
    path = site.versions / current(site) / PARTS[part]
    was = path.read_bytes()
    written_by_another(site, part)
    versions = Versions(site.versions)
    assert versions.unreadable(current(site)) == [part]
    bring_up_to_date(site, versions)
    assert path.read_bytes() == was
    assert versions.unreadable(current(site)) == []
    assert {file.name for file in path.parent.iterdir()} == {
        *PARTS.values(),
        "program.msgpack",
        "manifest.json",
        "source",
    }


def test_what_can_be_read_is_not_touched(site: Site) -> None:
    path = site.versions / current(site) / "scenes.json"
    path.write_bytes(path.read_bytes() + b" ")
    bring_up_to_date(site, Versions(site.versions))
    assert path.read_bytes().endswith(b" ")


def test_who_only_reads_says_who_mends_it(site: Site) -> None:
    written_by_another(site, "scenes")
    with pytest.raises(OtherRelease, match=r"scenes were written by another release.*hotline serve"):
        Versions(site.versions).book(current(site))


def test_sources_that_this_release_does_not_take_are_named(site: Site) -> None:
    written_by_another(site, "people")
    queues = site.versions / current(site) / "source/dialplans/queues.yaml"
    queues.write_text("queues: {care: {of_another_release: 1}}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"(?s)can neither read its people.*of_another_release.*Go back to that one"):
        bring_up_to_date(site, Versions(site.versions))


async def test_a_server_goes_on_with_what_another_release_published(site: Site) -> None:
    version = current(site)
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving
    written_by_another(site, "campaigns")
    written_by_another(site, "people")
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving

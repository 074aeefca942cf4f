"""The benches of search and webhooks run the whole way."""

import pytest

from bench import search, webhooks
from bench.catalogue import Options
from bench.report import as_json

pytestmark = pytest.mark.unit


async def test_each_search_has_a_figure_and_a_target() -> None:
    figures = as_json(await search.run(Options(quick=True)))["figures"]
    searches = [figure for figure in figures if figure["target"] is not None]
    assert len(searches) >= 15
    assert all(figure["value"] > 0 for figure in figures)


async def test_every_ring_comes() -> None:
    figures = {one["figure"]: one for one in as_json(await webhooks.run(Options(quick=True)))["figures"]}
    assert figures["rings that did not come"]["value"] == 0
    assert figures["event loop held by a ring for two webhooks, p99"]["value"] > 0

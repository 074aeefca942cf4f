"""The options of hotline bench: each bench says which it takes, others are refused before anything is measured."""

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["live", "--calls", "10"], "--calls is not for live: it is for talks, memory"),
        (["memory", "--keep", "x"], "--keep is not for memory: it is for talks"),
        (["all", "--rate", "5"], "--rate is not for all"),
        (["console", "--only", "painter"], "console has none of that name (did you mean painted?); its parts are"),
        (["live", "--only", "painted"], "live has none of that name; it has no parts"),
        (["talks", "--calls", "10", "--seconds", "5"], "--calls and --seconds: give one of them"),
    ],
)
def test_an_option_that_a_bench_would_not_look_at_is_refused(words: list[str], said: str):
    result = CliRunner().invoke(app, ["bench", *words])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())

"""What docs/campaigns.md says of campaigns is true, word by word."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from dialer.answering_machines.written import WrittenDetection
from dialer.campaigns.reading import RESULTS
from dialer.campaigns.results import Meaning
from dialer.campaigns.settings import Mode, Order
from dialer.campaigns.written import WORDS, WrittenDisposition, WrittenPacing, WrittenRetry
from hotline.site.site import Site
from hotline.versions.checking import check

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[3]
PAGE = (_ROOT / "docs/campaigns.md").read_text(encoding="utf-8")
_YAML, _DETECTING = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
WORDS_OF_CAMPAIGNS = PAGE.split("| `meaning` |")[0]
WORDS_OF_DETECTION = PAGE.split("## Answering machines")[1].split("###")[0]


def _rows(page: str) -> list[str]:
    return re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `")))


def test_the_campaigns_of_the_page_are_read_with_the_samples_scenes(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(_ROOT / name, tmp_path / name)
    (tmp_path / "dialplans/campaigns/loans.yaml").write_text(_YAML, encoding="utf-8")
    checked = check(Site.open(tmp_path))
    assert checked.errors == []
    assert sorted(checked.campaigns.campaigns) == ["after_complaint_calls", "how_was_it", "instalment_calls"]
    (tmp_path / "dialplans/campaigns/loans.yaml").write_text(_DETECTING, encoding="utf-8")
    for prompts in (tmp_path / "prompts").glob("*.yaml"):
        prompts.write_text(
            prompts.read_text(encoding="utf-8") + "\ncall_us_back: Please call us back.\n", encoding="utf-8"
        )
    checked = check(Site.open(tmp_path))
    assert checked.errors == []
    detection = checked.campaigns.campaigns["instalment_calls"].detection
    assert (detection.on, detection.leave_message) == (True, "call_us_back")


def test_every_word_of_detection_is_in_its_table_with_its_usual_value() -> None:
    rows = dict(re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|", WORDS_OF_DETECTION, re.MULTILINE))
    told = {
        word: value.strip().strip("`")
        for words, values in rows.items()
        for word, value in zip(re.findall(r"`(\w+)`", words), values.split(","), strict=False)
    }
    usual = WrittenDetection()
    words = WrittenDetection.__struct_fields__
    assert {name: str(getattr(usual, name)) for name in words if getattr(usual, name)} == {
        name: value for name, value in told.items() if value
    }
    assert [name for name in words if f"`{name}`" not in WORDS_OF_DETECTION] == []


def test_every_word_of_a_campaign_is_in_the_table() -> None:
    assert sorted(_rows(WORDS_OF_CAMPAIGNS)) == sorted(WORDS)


@pytest.mark.parametrize(
    "words",
    [
        get_args(Mode),
        get_args(Order),
        get_args(Meaning),
        RESULTS,
        *(kind.__struct_fields__ for kind in (WrittenDisposition, WrittenPacing, WrittenRetry)),
    ],
)
def test_every_choice_is_told(words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE] == []

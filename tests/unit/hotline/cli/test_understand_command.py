"""hotline understand: one sentence with its reasons, a batch line by line, and what is wrong with the intents."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hotline.cli.main import app

pytestmark = pytest.mark.unit

_INTENTS = """intents:
  pay:
    asks: 这个月要还多少钱
    also: [本期账单多少, 我还欠多少, 查一下应还金额]
  invoice:
    asks: 给我开张发票
    also: [发票抬头怎么写, 电子发票没收到, 利息能开票吗]
none: [今天天气怎么样, 帮我买张火车票]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dialplans/intents").mkdir(parents=True)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "hotline.yaml").write_text("zone: Asia/Shanghai\n", encoding="utf-8")
    (tmp_path / "dialplans/intents/all.yaml").write_text(_INTENTS, encoding="utf-8")
    monkeypatch.setattr("hotline.versions.understanding.is_installed", lambda: False)
    monkeypatch.setattr("hotline.versions.understanding.engine_name", lambda: "")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["understand", "--site", str(folder), *words])


def test_one_sentence_with_its_reasons(folder: Path) -> None:
    result = run(folder, "我要开发票", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["intent"], told["second"], told["turn"]) == ("invoice", "pay", "")
    assert told["neighbours"][0]["intent"] == "invoice"
    assert set(told["parts"]) == {"characters", "sounds", "words", "notions"}
    assert 0 <= told["score"] <= 1
    assert "invoice" in run(folder, "我要开发票").stdout


def test_a_batch_line_by_line(folder: Path) -> None:
    batch = folder / "asked.tsv"
    batch.write_text("x\t开票\n\n这个月还多少\n", encoding="utf-8")
    told = [json.loads(line) for line in run(folder, "--batch", str(batch), "--json").stdout.splitlines()]
    assert [(one["said"], one["intent"]) for one in told] == [("开票", "invoice"), ("这个月还多少", "pay")]
    assert set(told[0]) == {"said", "intent", "decision", "second", "score", "margin"}
    assert len(run(folder, "--batch", str(batch)).stdout.splitlines()) == 2


def test_a_batch_of_odd_lines_has_a_line_for_each(folder: Path) -> None:
    batch = folder / "odd.tsv"
    batch.write_bytes('\ufeffx\t"开票\r\n这个月\u2028还多少\r\nx\t\r\n\r\n一\x0c二\x00'.encode())
    told = [
        json.loads(line)["said"] for line in run(folder, "--batch", str(batch), "--json").stdout.strip().split("\n")
    ]
    assert told == ['"开票', "这个月\u2028还多少", "", "一\x0c二\x00"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no sentence in it"),
        (b"\r\n\n", "no sentence in it"),
        ("开票".encode("gb18030"), "not UTF-8"),
        ("开票".encode("utf-16"), "not UTF-8"),
        (b"a\n" + b"x" * 200_000, "row 2 has 200000 characters"),
    ],
)
def test_a_batch_that_is_none_is_refused(folder: Path, content: bytes, told: str) -> None:
    batch = folder / "bad.tsv"
    batch.write_bytes(content)
    result = run(folder, "--batch", str(batch), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_model_is_trained_once_for_its_content(folder: Path) -> None:
    run(folder, "开票")
    (kept,) = (folder / "var/understanding").glob("*.msgpack")
    before = kept.stat().st_mtime_ns
    run(folder, "开票")
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"broken")
    assert run(folder, "开票").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give one sentence, or --batch"),
        (("a", "--batch", "b"), "give one sentence"),
        (("--batch", "none.tsv"), "none.tsv"),
    ],
)
def test_what_is_asked_for_wrongly(folder: Path, words: tuple[str, ...], told: str) -> None:
    result = run(folder, *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_broken_intents_are_told_with_their_place(folder: Path) -> None:
    path = folder / "dialplans/intents/all.yaml"
    path.write_text(_INTENTS.replace("asks: 给", "ask: 给"), encoding="utf-8")
    result = run(folder, "开票")
    assert result.exit_code == 2
    assert "dialplans/intents/all.yaml:6:5: `ask` is not known here" in result.stderr
    path.write_text("intents: {}\n", encoding="utf-8")
    assert "two are needed" in run(folder, "开票").stderr

"""hotline voice: who speaks what, and the sounds that are kept."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from hotline.cli.voice import app
from ivr.phrases import parse_template
from speech.kokoro import process
from speech.kokoro.process import KokoroProcess
from speech.kokoro.worker import Question
from speech.ready import file_name
from speech.recordings import read_recording
from speech.voice import Samples

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The sample, with a file of each sound that comes ready but one in each language."""
    shutil.copytree(_ROOT / "dialplans", tmp_path / "dialplans")
    (tmp_path / "prompts").mkdir()
    for language in ("zh-CN", "en"):
        shutil.copy(_ROOT / "prompts" / f"{language}.yaml", tmp_path / "prompts")
        folder = tmp_path / "prompts" / "ready" / language
        folder.mkdir(parents=True)
        phrases = yaml.safe_load((tmp_path / "prompts" / f"{language}.yaml").read_text("utf-8"))
        for file in (tmp_path / "dialplans" / "answers").glob("*.yaml"):
            answers = yaml.safe_load(file.read_text("utf-8"))["answers"]
            phrases |= {f"answer.{name}": answer["says"][language] for name, answer in answers.items()}
        for key, text in phrases.items():
            if parse_template(text).is_static and key != "goodbye":
                (folder / file_name(key, language, text)).touch()
    return tmp_path


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_what_is_left_is_spoken_and_kept_and_found_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(self: KokoroProcess, question: Question) -> Samples:
        at = np.arange(2400) / 24_000
        return np.round(9000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16)

    monkeypatch.setattr(process.KokoroProcess, "ask", ask)
    first = json.loads(_run("--site", str(site), "--keep", "--json")[1])
    assert (first["kept"], first["removed"], first["strays"]) == (2, 0, [])
    (kept,) = (site / "prompts" / "ready" / "zh-CN").glob("goodbye.*")
    assert read_recording(kept).duration_s > 0.2
    assert all((voice["spoken"], voice["missing"]) == (0, "") for voice in first["voices"])
    text = (site / "prompts/en.yaml").read_text(encoding="utf-8")
    (site / "prompts/en.yaml").write_text(text.replace("You are paused, and", "You are resting, and"), encoding="utf-8")
    code, output = _run("--site", str(site))
    assert code == 0
    assert [line.partition(":")[0] for line in output.splitlines()] == ["zh-CN", "en"]
    assert f"{first['voices'][1]['ready'] - 1} come ready, 1 and" in output
    again = json.loads(_run("--site", str(site), "--keep", "--json")[1])
    assert (again["kept"], again["removed"], again["strays"]) == (1, 1, [])


def test_a_site_with_another_voice_keeps_nothing(site: Path) -> None:
    (site / "hotline.yaml").write_text("voice: {kind: espeak}\n")
    assert _run("--site", str(site), "--keep")[0] == 2

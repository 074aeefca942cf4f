"""The pages' files: words alike in all languages and all of them used, vendored files as their hashes say, contrast."""

import hashlib
import re
from typing import get_args

import pytest
import yaml

from hotline.people.oidc_claims import Refusal
from hotline.web import pages

pytestmark = pytest.mark.unit

CONSOLE = pages.FOLDER
WORDS = pages.words_by_language()
SCRIPTS = {file.name: file.read_text(encoding="utf-8") for file in CONSOLE.glob("*.js")}
STYLE = (CONSOLE / "style.css").read_text(encoding="utf-8")


def test_every_language_says_all_and_with_the_same_names_in_it() -> None:
    assert {"zh-CN", "en"} <= set(WORDS)
    english = WORDS["en"]
    for language, words in WORDS.items():
        assert words.keys() == english.keys(), language
        for key, text in words.items():
            assert isinstance(text, str), (language, key)
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), (language, key)


def test_no_page_says_a_word_of_another_one_anew() -> None:
    for language in WORDS:
        files = [path for path in pages.WORDS.rglob("*.yaml") if path.stem == language]
        keys = [key for path in files for key in yaml.safe_load(path.read_text(encoding="utf-8"))]
        assert len(keys) == len(set(keys)) == len(WORDS[language]), language


def test_every_word_that_a_page_says_is_there_and_none_is_left_over() -> None:
    said = {key for text in SCRIPTS.values() for key in re.findall(r"\bt\(\s*\"(\w+)\"", text)}
    said |= {key for text in SCRIPTS.values() for key in re.findall(r"t\([^()]*\? \"(\w+)\"", text)}
    said |= {key for text in SCRIPTS.values() for key in re.findall(r"t\([^()]*\? \"\w+\" : \"(\w+)\"", text)}
    said |= {key for text in SCRIPTS.values() for key in re.findall(r"(?:refused:|t\([^()]*\?\?) \"(\w+)\"", text)}
    lists = re.findall(r"const (?:STATES|PLACES) = \[(.*?)\]", SCRIPTS["wallboard.js"])
    said |= {key for found in lists for key in re.findall(r"\"(\w+)\"", found)}
    said |= {"good", "watch", "bad", "language", *(f"directory_{refusal}" for refusal in get_args(Refusal))}
    assert said == set(WORDS["en"])


def test_vendored_files_are_those_of_the_hashes() -> None:
    vendor = CONSOLE / "vendor"
    lines = (vendor / "SHA256SUMS").read_text().splitlines()
    told = {name: digest for digest, name in (line.split() for line in lines)}
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in vendor.iterdir()}
    there.pop("SHA256SUMS")
    assert there == told, "hotline/web/vendoring/build.sh makes them"


def test_nothing_is_loaded_from_elsewhere() -> None:
    """An import without a path would be looked for by a bundler, and found by no browser."""
    for name, text in SCRIPTS.items():
        for source in re.findall(r"^import .*?\"([^\"]+)\";", text, re.MULTILINE | re.DOTALL):
            assert source.startswith("./"), (name, source)
            assert (CONSOLE / source).is_file(), (name, source)
        assert "https://" not in text, name


def _theme(selector: str) -> dict[str, str]:
    block = STYLE.partition(selector)[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [":root {", ':root[data-theme="dark"] {', ':root:not([data-theme="light"]) {'])
def test_text_can_be_read_on_its_ground(theme: str) -> None:
    """WCAG 2.2 AA, 1.4.3: 4.5 : 1, for large text too."""
    colours = _theme(theme)
    for ground in ("ground", "card"):
        for text in ("text", "quiet", "good", "watch", "bad", "waiting", "forecast"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert _contrast(colours["text"], colours["button"]) >= 4.5


def test_the_dark_theme_is_the_same_whether_wished_or_chosen() -> None:
    assert _theme(':root[data-theme="dark"] {') == _theme(':root:not([data-theme="light"]) {') != {}

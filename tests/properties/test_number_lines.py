"""Quick ways to read numbers give what the general way gives, and nothing that it refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.numbers import e164
from hotline.contacts.cells import _MOBILE, numbers_of
from hotline.site import usual_lines
from hotline.site.number_file import numbers_in

pytestmark = pytest.mark.properties

heads = st.sampled_from(["1", "13", "10", "179", "1795", "2", "4", "57", "01", "8613", "400", ""])
before = st.sampled_from(["", "", "", "+86", "86", "0086", "0", "+", '="', "'", '"', "00", "+860", "17951", "0", " "])
behind = st.sampled_from(
    [
        "",
        "",
        "",
        ".0",
        '"',
        ",Zhang",
        ",张三",
        ";x",
        "\t",
        ",12",
        " ",
        ",2026-01-02",
        "#x",
        "，张",
        ".00",
        "'",
        "'.0",
        ",４",
        ",a#b",
        ",Müller",
        ",３",
        "\u2028",
        ",\x00",
        ".0,a",
    ]
)
lengths = st.sampled_from([7, 8, 10, 10, 11, 11, 11, 12])
regions = st.sampled_from(["CN", "DE", "US"])


@st.composite
def lines(draw: st.DrawFn) -> str:
    digits = draw(heads) + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=12, max_size=12)))
    return draw(before) + digits[: draw(lengths)] + draw(behind)


@settings(max_examples=150)
@given(st.lists(lines(), min_size=20, max_size=60), regions)
def test_a_line_that_is_read_at_once_is_read_as_one_by_one(written: list[str], region: str) -> None:
    written = [line.strip("\u2028") for line in written]
    block = "".join(f"{line}\n" for line in written).encode()
    read = usual_lines.read(block, region)
    assert read.lines == len(written)
    others = {place: block[begins:ends].decode() for place, begins, ends in read.others}
    assert all(written[place] == line for place, line in others.items())
    numbers = iter(read.numbers.tolist())
    for place, line in enumerate(written):
        if place not in others:
            assert [f"+{next(numbers)}"] == list(numbers_in(line.replace("=", "").strip(), region)), line
    assert next(numbers, None) is None


@settings(max_examples=300)
@given(
    st.sampled_from(["", "+86", "+86 ", "+86-", " "]),
    st.sampled_from(["138", "179", "199", "103", "130"]),
    st.from_regex(r"[ -]?[0-9]{3,5}[ -]?[0-9]{4}(\.0)?", fullmatch=True),
    regions,
)
def test_a_usual_cell_is_read_as_the_general_way_reads_it(before: str, head: str, rest: str, region: str) -> None:
    text = before + head + rest
    usual = _MOBILE.fullmatch(text)
    if usual and (usual[1] or region == "CN"):
        assert numbers_of(text, region) == list(numbers_in(text, region)) == [e164(text.removesuffix(".0"), region)]


@settings(max_examples=300)
@given(st.text(alphabet="0123456789+-. ()/,;#E张x'\"=０９", max_size=24), regions)
def test_no_cell_whatever_gives_a_number_that_is_not_written_in_it(text: str, region: str) -> None:
    try:
        found = numbers_of(text, region)
    except ValueError:
        return
    digits = "".join(sign for sign in text.translate(str.maketrans("０９", "09")) if sign.isdigit())
    assert found
    for number in found:
        assert number.startswith("+")
        assert number[1:] in digits or number[-7:] in digits, (
            "the subscriber's part stands there, whatever stands before"
        )

"""Who can be known again by a number, and who cannot."""

import pytest

from calls.identity import known_by
from calls.numbers import e164

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "number", ["13800138000", "+4915123456789", "13333333333", "02088886666", "10086", "8001", "110"]
)
def test_somebody_is_known_by_a_number_of_the_world_or_a_short_one(number: str) -> None:
    read = e164(number, "CN")
    assert known_by(read) == read != ""


@pytest.mark.parametrize(
    "number",
    [
        *("", " ", "anonymous", "Anonymous", "unavailable", "restricted", "Unknown", "asterisk", "Private", "WITHHELD"),
        *(
            "anonymous@anonymous.invalid",
            "sip:anonymous@anonymous.invalid",
            "s",
            "-",
            "???",
            "<unknown>",
            "匿名",
            "•••",
        ),
        *("0", "00", "000", "0000000", "00000000000", "11111111", "+860000000", "+10000000000", "+0", "+"),
        *("+266696687", "266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+7748283"),
        *("12", "*61", "+86138001380001234567"),
    ],
)
def test_nobody_is_known_by_a_word_a_blank_or_what_a_switchboard_fills_in(number: str) -> None:
    assert known_by(e164(number, "CN")) == ""

"""One-time codes: the vectors of the RFCs, once each, and clocks that are a little off."""

from urllib.parse import parse_qs, urlsplit

import pytest

from hotline.people.one_time_codes import STEP_S, accepted, address, code, read, step_of, written

pytestmark = pytest.mark.unit

SECRET = b"12345678901234567890"
"""Of RFC 4226, appendix D, and of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("step", "shown"),
    list(
        enumerate(("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"))
    ),
)
def test_the_vectors_of_rfc_4226(step: int, shown: str) -> None:
    assert code(SECRET, step) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(at: int, shown: str) -> None:
    assert code(SECRET, step_of(at), digits=8) == shown


@pytest.mark.parametrize(("off_s", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_a_step_off(off_s: int, taken: bool) -> None:
    now = 1_796_000_010.0
    given = code(SECRET, step_of(now + off_s))
    assert (accepted(SECRET, given, now, 0) is not None) is taken


def test_a_code_counts_once_and_no_earlier_one_after_it() -> None:
    now = 1_796_000_010.0
    step = step_of(now)
    assert accepted(SECRET, code(SECRET, step), now, 0) == step
    assert accepted(SECRET, code(SECRET, step), now, step) is None
    assert accepted(SECRET, code(SECRET, step - 1), now, step) is None
    assert accepted(SECRET, code(SECRET, step + 1), now, step) == step + 1
    assert accepted(SECRET, code(SECRET, step + 1), now + STEP_S, step) == step + 1


@pytest.mark.parametrize("given", ["", "000000", "12345", "1234567", "１２３４５６", "abcdef", "\x00" * 6])
def test_what_is_no_code_is_none(given: str) -> None:
    now = 59.0
    assert accepted(SECRET, given, now, 0) is None


def test_people_type_it_with_a_space() -> None:
    assert accepted(SECRET, "287 082", 59.0, 0) == 1


def test_an_app_reads_the_address() -> None:
    told = urlsplit(address(SECRET, "li", "Anda: Consumer Finance"))
    assert (told.scheme, told.netloc, told.path) == ("otpauth", "totp", "/Anda%3A%20Consumer%20Finance:li")
    assert parse_qs(told.query) == {"secret": [written(SECRET)], "issuer": ["Anda: Consumer Finance"]}
    assert read(written(SECRET)) == SECRET
    assert read(written(b"\x00" * 16)) == b"\x00" * 16

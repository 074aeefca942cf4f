"""Numbers are E.164 inside and masked outside."""

import random

import phonenumbers
import pytest

from calls.numbers import REGIONS, e164, masked, masked_within, nearest_region

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("dialled", "inside"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("+442079460958", "+442079460958"),
        ("95188", "95188"),
        ("12345", "12345"),
        ("*60", "*60"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_e164(dialled: str, inside: str) -> None:
    assert e164(dialled, "CN") == inside


@pytest.mark.parametrize(
    ("region", "dialled", "inside"),
    [
        ("DE", "01711234567", "+491711234567"),
        ("DE", "030 123456", "+4930123456"),
        ("DE", "03012345", "+493012345"),  # eight digits, as a service number of China has
        ("DE", "13800138000", "+4913800138000"),  # nobody in China
        ("DE", "+8613800138000", "+8613800138000"),
        ("DE", "008613800138000", "+8613800138000"),
        ("DE", "112", "112"),
        ("DE", "116117", "116117"),
        ("DE", "95183", "95183"),
        ("DE", "*61", "*61"),
        ("DE", "anonymous", "anonymous"),
        ("US", "0118613800138000", "+8613800138000"),
        ("US", "(212) 555-0123", "+12125550123"),
        ("US", "5550123", "5550123"),  # whose area is not known
        ("SG", "61234567", "+6561234567"),  # without a prefix: all eight digits are the number
        ("FO", "201234", "+298201234"),
        ("IT", "0612345678", "+390612345678"),  # the nought is a part of it
    ],
)
def test_e164_of_other_regions(region: str, dialled: str, inside: str) -> None:
    assert e164(dialled, region) == inside


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("germany", "DE"),
        ("德国", "DE"),
        ("China", "CN"),
        ("Schweitz", "CH"),
        ("qqqq", ""),
        ("", ""),
    ],
)
def test_the_nearest_region(word: str, near: str) -> None:
    assert nearest_region(word) == near
    assert near in REGIONS | {""}


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613800138000", "+86*******8000"),
        ("13800138000", "1******8000"),
        ("0086 138 0013 8000", "008* *** **** 8000"),
        ("+4930123", "+49****3"),
        ("1234567", "12****7"),
        ("12345678", "1****678"),
        ("95188", "9***8"),
        ("8001", "8**1"),
        ("123", "1**"),
        ("12", "**"),
        ("1", "*"),
        ("", ""),
        ("anonymous", "anonymous"),
        ("zhang.wei", "z****.wei"),
        ("tel:+8613800138000", "tel:+86*******8000"),
    ],
)
def test_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_at_least_half_of_each_number_is_hidden() -> None:
    for length in range(1, 16):
        for number in ("123456789012345"[:length], "+" + "123456789012345"[:length], "abcdefghijklmno"[:length]):
            shown = masked(number)
            assert len(shown) == len(number)
            assert shown.count("*") * 2 >= length


@pytest.mark.parametrize("sign", ["", "+"])
@pytest.mark.parametrize("length", range(1, 20))
def test_signs_between_the_digits_change_nothing_of_what_is_hidden(sign: str, length: int) -> None:
    digits = "1234567890123456789"[:length]
    assert masked(f"{sign}{' '.join(digits)}").replace(" ", "") == masked(f"{sign}{digits}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +86 138 0013 8000 or 13900139000", "call +86 *** **** 8000 or 1******9000"),
        ("PJSIP/13800138000@trunk", "PJSIP/1******8000@trunk"),
        ("010-12345678", "0**-****5678"),
        ("请打我13800138000，或转010-62345678转接", "请打我1******8000，或转0**-****5678转接"),
        ("order 2611220005512, card 6222021234567890123", "order 2611220005512, card 6222021234567890123"),
        ("2026-11-29 10:00, 192.168.100.200:8088", "2026-11-29 10:00, 192.168.100.200:8088"),
        ("hotline-1795348800.42", "hotline-1795348800.42"),
        ("12345", "12345"),
    ],
)
def test_telephone_numbers_within_a_text_are_masked_and_others_not(text: str, shown: str) -> None:
    assert masked_within(text, "CN") == shown


def test_without_a_region_every_long_row_of_digits_is_masked() -> None:
    shown = masked_within("a 2611220005512 hotline-1795348800.42 192.168.100.200:8088 '+8613800138000'")
    assert shown == "a 26*******5512 hotline-1795348800.42 192.168.100.200:8088 '+86*******8000'"


@pytest.mark.parametrize(
    "dialled",
    ["01795113800138000", "17951013800138000", "12593013800138000", "+8601795113800138000", "+861795113800138000",
     "008617909 0138 0013 8000", "+86013800138000", "１３８００１３８０００"],
)  # fmt: skip
def test_prefixes_of_carriers_go_however_many_there_are(dialled: str) -> None:
    assert e164(dialled, "CN") == "+8613800138000"


@pytest.mark.parametrize(
    ("sent", "inside"),
    [
        ("sip:4008123123;npdi@ims.example;user=phone", "+864008123123"),
        ("4008123123;npdi", "+864008123123"),
        ("4008123123;rn=+8613900139000;npdi", "+864008123123"),
        ("+864008123123;phone-context=ims.mnc000.mcc460.3gppnetwork.org", "+864008123123"),
        ("tel:4008123123;phone-context=+86", "+864008123123"),
        ("tel:914-863-1234;phone-context=+1-914-555", "+19148631234"),
        ("tel:863-1234;phone-context=+1-914-555", "8631234"),  # whose area is not known: RFC 3966, 5.1.5
        ("tel:030123456;phone-context=+49", "+4930123456"),
        ("TEL:+86-138-0013-8000", "+8613800138000"),
        ("sips:+8613800138000@192.0.2.1:5061;user=phone", "+8613800138000"),
        ('"Zhang" <sip:+8613800138000@192.0.2.1;user=phone>;tag=12', "+8613800138000"),
        ("%2B8613800138000", "+8613800138000"),
        ("*21%23", "*21#"),
        ("110;phone-context=+86", "110"),
        ("95188;user=phone", "95188"),
        ("sip:anonymous@anonymous.invalid", "anonymous"),
    ],
)
def test_what_trunks_write_around_a_number_is_cut_off(sent: str, inside: str) -> None:
    assert e164(sent, "CN") == inside


def test_reading_twice_changes_nothing() -> None:
    chance = random.Random(1)
    begin = ("", "0", "00", "+", "1795", "179", "+86", "86", "125", "0015", "+5411", "549", "15", "+390")
    for region in ("CN", "DE", "US", "BR", "AR", "MX", "KR", "CO", "JP", "IT", "HK"):
        for _ in range(300):
            digits = "".join(chance.choices("0123456789", k=chance.randint(5, 14)))
            inside = e164(chance.choice(begin) + digits, region)
            assert e164(inside, region) == inside


def test_the_quick_way_reads_as_the_library() -> None:
    chance = random.Random(2)
    for _ in range(500):
        number = f"1{chance.choice('345678')}{chance.randrange(9)}{chance.randrange(10**8):08}"
        plain = phonenumbers.format_number(phonenumbers.parse(number, "CN"), phonenumbers.PhoneNumberFormat.E164)
        assert e164(number, "CN") == e164(f"0086{number}", "CN") == plain

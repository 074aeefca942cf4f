"""Digest against the examples that the standards print."""

from __future__ import annotations

import pytest

from phones.digest import Challenge, Credentials, authorization, parse_challenge, respond
from phones.sip import SipError

pytestmark = pytest.mark.unit

# RFC 2617 section 3.5
RFC2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
# RFC 7616 section 3.9.1
RFC7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


def test_the_example_of_rfc_2617() -> None:
    credentials = Credentials("Mufasa", "Circle Of Life")
    response = respond(
        parse_challenge(RFC2617), credentials, "GET", "/dir/index.html", cnonce="0a4f113b", nonce_count=1
    )
    assert response == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, expected: str) -> None:
    challenge = parse_challenge(RFC7616.format(algorithm))
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    credentials = Credentials("Mufasa", "Circle of Life")
    assert respond(challenge, credentials, "GET", "/dir/index.html", cnonce=cnonce) == expected
    header = authorization(challenge, credentials, "GET", "/dir/index.html", cnonce=cnonce)
    assert f'response="{expected}"' in header
    assert f'qop=auth, nc=00000001, cnonce="{cnonce}"' in header


def test_without_qop_the_old_form_is_used() -> None:
    challenge = Challenge("biloxi.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
    # RFC 2617 3.2.2.1: KD(H(A1), nonce ":" H(A2)); made with coreutils' md5sum
    expected = "bf57e4e0d0bffc0fbaedce64d59add5e"
    assert respond(challenge, Credentials("bob", "zanzibar"), "INVITE", "sip:bob@biloxi.com", cnonce="") == expected


@pytest.mark.parametrize(
    "value",
    [
        'Basic realm="x"',
        'Digest realm="x"',
        'Digest realm="x", nonce="y", algorithm=MD4',
        'Digest realm="x", nonce="y", qop="auth-int"',
        'Digest realm="x" nonce',
        "",
    ],
)
def test_what_cannot_be_answered_is_said(value: str) -> None:
    with pytest.raises(SipError):
        parse_challenge(value)


def test_a_password_is_not_shown() -> None:
    assert "zanzibar" not in repr(Credentials("bob", "zanzibar"))

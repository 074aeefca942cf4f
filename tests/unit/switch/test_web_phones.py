"""The guard of phones in browsers: what a phone says goes on, and nothing that could be taken for somebody else."""

import pytest

from switch.web_phones import LONGEST, refusal

pytestmark = pytest.mark.unit

USER = "agent-8001"
OWN = f"<sip:{USER}@hotline>;tag=a"


def message(
    first: str = "INVITE sip:8002@hotline SIP/2.0",
    sender: str = OWN,
    to: str = "<sip:8002@hotline>;tag=b",
    body: str = "",
    more: tuple[str, ...] = (),
    length: str | None = None,
    cseq: str | None = None,
) -> str:
    method = first.partition(" ")[0]
    lines = [
        first,
        "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1",
        f"From: {sender}",
        f"To: {to}",
        "Call-ID: 1",
        f"CSeq: {cseq or f'1 {method}'}",
        *more,
        f"Content-Length: {len(body.encode()) if length is None else length}",
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


@pytest.mark.parametrize(
    "said",
    [
        message(),
        message(body="v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"),
        message(body="客户"),
        message(sender=f'"Li, Na" <sip:{USER}@hotline>;tag=a'),
        message(sender=f"sip:{USER}@hotline;tag=a"),
        message("BYE sip:asterisk@127.0.0.1:5060 SIP/2.0", f"<sip:{USER}@k3.invalid;transport=ws>;tag=a"),
        message("REGISTER sip:hotline SIP/2.0", OWN, f"<sip:{USER}@hotline>"),
        message("SIP/2.0 200 OK", "<sip:+8613800138000@127.0.0.1>;tag=z", cseq="3 INVITE"),
        message("ACK sip:asterisk@127.0.0.1:5060 SIP/2.0").replace("From:", "f:").replace("Content-Length:", "l:"),
        "\r\n\r\n",
    ],
)
def test_what_a_phone_says_goes_on(said: str) -> None:
    assert refusal(said, USER) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (message(sender="<sip:agent-8002@hotline>;tag=a"), "From is not"),
        (message(sender="<sip:+8613800138000@10.0.0.9>;tag=a"), "From is not"),
        (message(sender="<sip:%61gent-8001@hotline>;tag=a"), "From is not"),
        (message(sender="<sip:hotline>;tag=a"), "From is not"),
        (message(sender=f'"<sip:{USER}@hotline>" <sip:trunk@hotline>;tag=a'), "From is not"),
        (message(sender=f"<sip:{USER}@hotline>, <sip:trunk@hotline>;tag=a"), "From is not"),
        (message(sender=f"<sip:trunk@hotline>;x=<sip:{USER}@hotline>"), "From is not"),
        (message("REGISTER sip:hotline SIP/2.0", OWN, "<sip:agent-8002@hotline>"), "To is not"),
        (message(sender=f"a{' ' * 32_000}b"), "From or To is too long"),
        (message(to='\\"' * 16_000), "From or To is too long"),
        (message("REFER sip:8002@hotline SIP/2.0"), "no request of a phone"),
        (message("MESSAGE sip:8002@hotline SIP/2.0"), "no request of a phone"),
        (message("SUBSCRIBE sip:8002@hotline SIP/2.0"), "no request of a phone"),
        (message("GET /ari/channels HTTP/1.1"), "no request of a phone"),
        (message("invite sip:8002@hotline SIP/2.0"), "no request of a phone"),
        (message(to="<sip:8002@hotline>"), "a call is ordered"),
        (message(to="sip:8002@hotline"), "a call is ordered"),
        (message(to='";tag=b" <sip:8002@hotline>'), "a call is ordered"),
        (message(to="<sip:8002@hotline;tag=b>"), "a call is ordered"),
        (message(cseq="1 BYE"), "CSeq"),
        (message(more=(f"From: <sip:{USER}@hotline>",)), "stands there once"),
        (message(more=("f: <sip:trunk@hotline>",)), "stands there once"),
        (message(more=("From : <sip:trunk@hotline>",)), "stands there once"),
        (message(more=("Content-Length: 0",)), "stands there once"),
        (message(more=(" <sip:trunk@hotline>",)), "no field"),
        (message(more=("no colon",)), "no field"),
        (message(more=("",)), "stands there once"),
        (message(length="0", body=message(sender="<sip:trunk@hotline>")), "length"),
        (message(length="-0"), "length"),
        (message() + message(sender="<sip:trunk@hotline>"), "length"),
        (message().replace("To:", "Subject: a\nFrom: <sip:trunk@hotline>\r\nTo:"), "a line ends"),
        (message().replace("To:", "Subject: a\rTo:"), "a line ends"),
        (message().replace("tag=a", "tag=\0"), "a line ends"),
        (message()[:60], "not a whole message"),
        ("", "not a whole message"),
        (message(body="x" * LONGEST), "too long"),
        (message(body="字" * (LONGEST // 2)), "too long"),
        ("\r\n\r\n" + message(sender="<sip:trunk@hotline>"), "stands there once"),
    ],
)
def test_what_could_be_taken_for_somebody_else_goes_no_further(said: str, why: str) -> None:
    assert why in refusal(said, USER)

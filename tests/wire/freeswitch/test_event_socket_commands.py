"""Commands of the Event Socket as bytes: each as it should be, and none that text of callers or admins could forge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.freeswitch.wire import (
    Api,
    Auth,
    BackgroundApi,
    Command,
    CommandRefused,
    Connect,
    Conversation,
    Execute,
    Exit,
    Filter,
    HangUpMessage,
    Linger,
    MyEvents,
    NoEvents,
    RemoveFilter,
    SendEvent,
    Subscribe,
    Unsubscribe,
    wake,
)

pytestmark = pytest.mark.wire

COMMANDS: list[tuple[Command, bytes]] = [
    (Auth("s3cret word"), b"auth s3cret word\n\n"),
    (Api("status"), b"api status\n\n"),
    (Api("uuid_setvar", "u1 name 王"), "api uuid_setvar u1 name 王\n\n".encode()),
    (BackgroundApi("originate", "user/1 &park()", "j1"), b"bgapi originate user/1 &park()\nJob-UUID: j1\n\n"),
    (
        Execute("u1", "playback", "a.wav", "e1", lock=True),
        b"sendmsg u1\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: a.wav\n"
        b"Event-UUID: e1\nevent-lock: true\n\n",
    ),
    (
        Execute("u1", "park", loops=2),
        b"sendmsg u1\ncall-command: execute\nexecute-app-name: park\nloops: 2\n\n",
    ),
    (HangUpMessage("u1", "USER_BUSY"), b"sendmsg u1\ncall-command: hangup\nhangup-cause: USER_BUSY\n\n"),
    (
        SendEvent("NOTIFY", (("profile", "hotline"),), "王\n\n"),
        "sendevent NOTIFY\nprofile: hotline\nContent-Length: 5\n\n王\n\n".encode(),
    ),
    (Subscribe(("DTMF",), ("sofia::register",)), b"event json DTMF CUSTOM sofia::register\n\n"),
    (Unsubscribe(("DTMF",)), b"nixevent DTMF\n\n"),
    (NoEvents(), b"noevents\n\n"),
    (Filter("Unique-ID", "u1"), b"filter Unique-ID u1\n\n"),
    (RemoveFilter("Unique-ID", "u1"), b"filter delete Unique-ID u1\n\n"),
    (Connect(), b"connect\n\n"),
    (MyEvents(), b"myevents json\n\n"),
    (Linger(5), b"linger 5\n\n"),
    (Exit(), b"exit\n\n"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "data"), COMMANDS, ids=lambda value: type(value).__name__)
def test_a_command_has_these_bytes(command: Command, data: bytes) -> None:
    assert command.encode() == data


def test_every_command_is_among_the_examples() -> None:
    assert {type(command) for command, _ in COMMANDS} == set(Command.__subclasses__())


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(Auth("s3cret"))


def test_a_wake_is_no_command() -> None:
    assert wake() == b"\n"


def _with_text(text: str) -> list[Command]:
    return [
        Auth(text), Api("echo", text), Api(text), BackgroundApi("echo", text, "j"), BackgroundApi("echo", "", text),
        Execute(text, "park"), Execute("u", text), Execute("u", "playback", text), Execute("u", "park", "", text),
        HangUpMessage(text, "X"), HangUpMessage("u", text), SendEvent(text), SendEvent("X", ((text, "v"),)),
        SendEvent("X", (("n", text),)), Subscribe((text,)), Subscribe(("X",), (text,)), Unsubscribe((text,)),
        Filter(text, "v"), Filter("n", text), RemoveFilter(text, "v"), RemoveFilter("n", text),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\r\n", "\n\n"])
def test_a_line_end_in_any_argument_is_refused(sign: str) -> None:
    for command in _with_text(f"a{sign}hangup-cause: X"):
        with pytest.raises(CommandRefused):
            command.encode()
    talk = Conversation()
    with pytest.raises(CommandRefused):
        talk.send(Api("echo", f"a{sign}b"))
    assert talk.waiting == 0


def test_words_with_spaces_long_arguments_and_forged_lengths_are_refused() -> None:
    for command in (
        Api("two words"),
        HangUpMessage("u", "A B"),
        Api("echo", "x" * (1 << 20)),
        Api("echo", "\ud800"),
        SendEvent("X", (("content-LENGTH", "5"),)),
        SendEvent("X", body="a\0b"),
        Subscribe(()),
        Linger(0),
    ):
        with pytest.raises(CommandRefused):
            command.encode()


@given(st.text(max_size=200))
def test_no_text_makes_more_than_one_command(text: str) -> None:
    for command in _with_text(text):
        try:
            data = command.encode()
        except CommandRefused:
            continue
        assert data.count(b"\n\n") == 1
        assert data.endswith(b"\n\n")
        assert b"\r" not in data
        assert b"\0" not in data
        assert len(data.split(b"\n")) == len(type(command)(**_plainly(command)).encode().split(b"\n"))


def _plainly(command: Command) -> dict[str, object]:
    """The same command with harmless words for all text that it has."""

    def plain(value: object) -> object:
        if isinstance(value, str):
            return "x" if value and value not in ("json", "plain") else value
        if isinstance(value, tuple):
            return tuple(plain(item) for item in value)
        return value

    return {field: plain(getattr(command, field)) for field in command.__struct_fields__}  # fmt: skip

"""The executor's list is closed; a command that fails costs no other; a restart carries out again what is on disk."""

import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args
from unittest.mock import Mock, create_autospec

import msgspec
import pytest
import structlog
from sqlalchemy import create_engine

from calls import commands as door
from calls.events import DigitPressed
from calls.ids import AttemptId, CallId, LegId
from calls.ports import Switch
from control.messages import commands, log_commands
from control.overrides.override_phone import PIN
from hotline.driver.executor import CommandExecutor, Sentences
from hotline.driver.lookups import Lookups
from hotline.store import schema
from hotline.store.writer import Writer
from ivr.commands import CheckSecret, HideDigits, ShowDigits
from ivr.vault import HIDDEN, Vault
from tests.unit.hotline.served import until

pytestmark = pytest.mark.unit

ENDED = log_commands.LogCall(
    call=CallId("a"),
    caller="+8613800138000",
    called="95183",
    version="0001",
    language="zh-CN",
    arrived_at=1.0,
    queued_at=None,
    answered_at=None,
    ended_at=4.0,
    queue="",
    agent=None,
    outcome="left_in_menu",
    cause="normal",
)
ANSWER = door.Answer(LegId("a"), AttemptId("a:1"))
MUSIC = door.StartMusic(LegId("a"), AttemptId("a:2"))
HANG_UP = door.HangUp(LegId("a"))


class NewCommand(door.Command, frozen=True):
    """A command that somebody added and gave to nobody."""

    call: CallId


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    engine = create_engine(f"sqlite:///{tmp_path / 'hotline.db'}")
    schema.metadata.create_all(engine)
    engine.dispose()
    trouble: list[str] = []
    writer = Writer(tmp_path / "hotline.db", trouble.append)
    yield writer
    await writer.close()
    assert not trouble


@pytest.fixture
def switch() -> Mock:
    return create_autospec(Switch)


@pytest.fixture
async def executor(writer: Writer, switch: Mock) -> AsyncIterator[CommandExecutor]:
    made = CommandExecutor(switch, writer, Vault(), Lookups(), create_autospec(Sentences), lambda event: None)
    yield made
    await made.close()


def _sent(switch: Mock) -> list[door.SwitchCommand]:
    return [call.args[0] for call in switch.send.call_args_list]


async def test_the_table_has_each_command_of_the_router_and_no_other(executor: CommandExecutor) -> None:
    assert executor.known == set(get_args(commands.RouterCommand))


async def test_a_command_that_is_in_no_table_reaches_no_switch_and_costs_no_other(
    executor: CommandExecutor, switch: Mock
) -> None:
    with structlog.testing.capture_logs() as logged:
        for command in (ANSWER, NewCommand(CallId("a")), MUSIC):
            executor.execute(command)  # type: ignore[arg-type]  # the point of it: it is in no union
    assert _sent(switch) == [ANSWER, MUSIC]
    ((line),) = logged
    assert (line["event"], line["log_level"], line["command"], line["call"]) == (
        "command not carried out",
        "critical",
        "NewCommand",
        "a",
    )
    assert "BrokenRule" in line["trace"]
    assert line["advice"]


async def test_a_command_that_raises_costs_no_other(executor: CommandExecutor, switch: Mock) -> None:
    shown: list[commands.RouterCommand] = []
    executor.watch(shown.append)
    switch.send.side_effect = [None, OSError("broken pipe"), None]
    with structlog.testing.capture_logs() as logged:
        for command in (ANSWER, MUSIC, HANG_UP, ENDED):
            executor.execute(command)
    assert _sent(switch) == [ANSWER, MUSIC, HANG_UP]
    assert [(line["event"], line.get("command")) for line in logged] == [
        ("command not carried out", "StartMusic"),
        ("call ended", None),
    ]
    assert logged[0]["call"] == "a"
    assert "OSError: broken pipe" in logged[0]["trace"]
    assert shown == [ANSWER, MUSIC, HANG_UP, ENDED]


async def test_a_watcher_of_some_kinds_is_shown_no_others(executor: CommandExecutor, switch: Mock) -> None:
    executor.execute(ANSWER)
    some: list[commands.RouterCommand] = []
    every: list[commands.RouterCommand] = []
    executor.watch(some.append, frozenset({type(ENDED)}))
    executor.watch(every.append)  # also of a kind that came before anybody watched
    for command in (ANSWER, MUSIC, ENDED):
        executor.execute(command)
    assert (some, every) == ([ENDED], [ANSWER, MUSIC, ENDED])
    assert _sent(switch) == [ANSWER, ANSWER, MUSIC]


async def test_a_watcher_that_raises_costs_neither_the_command_nor_the_other_watchers(
    executor: CommandExecutor, switch: Mock
) -> None:
    shown: list[commands.RouterCommand] = []

    def broken(command: commands.RouterCommand) -> None:
        raise KeyError("no such label")

    executor.watch(broken)
    executor.watch(shown.append)
    with structlog.testing.capture_logs() as logged:
        executor.execute(ANSWER)
    assert _sent(switch) == [ANSWER]
    assert shown == [ANSWER]
    assert [line["event"] for line in logged] == ["command not carried out"]


async def test_a_row_is_written_again_and_the_end_of_the_call_logged_once(
    executor: CommandExecutor, writer: Writer, switch: Mock, tmp_path: Path
) -> None:
    with structlog.testing.capture_logs() as logged:
        executor.execute(ENDED)
        executor.replay(ENDED)
        executor.replay(ANSWER)
        await writer.durable()

    assert [line["event"] for line in logged] == ["call ended"]
    assert _sent(switch) == []
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as connection:
        assert connection.execute("SELECT call, outcome FROM calls").fetchall() == [("a", "left_in_menu")]


async def test_a_row_that_cannot_be_written_again_costs_no_other(
    executor: CommandExecutor, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = msgspec.structs.replace(ENDED, call=CallId("b"))
    taken: list[object] = []

    def write(statement: str, values: tuple[object, ...]) -> None:
        if values[0] == "a":
            raise TypeError("no row")
        taken.append(values[0])

    monkeypatch.setattr(writer, "write", write)
    with structlog.testing.capture_logs() as logged:
        executor.replay(ENDED)
        executor.replay(other)
    assert taken == ["b", "b"], "its row, and who talked in it"
    assert [(line["event"], line["call"]) for line in logged] == [("command not carried out", "a")]


async def test_a_pin_is_checked_beside_the_event_loop_and_kept_nowhere(writer: Writer, switch: Mock) -> None:
    vault, taken = Vault(), list[Any]()
    made = CommandExecutor(switch, writer, vault, Lookups(), create_autospec(Sentences), taken.append)
    tried: list[tuple[str, int]] = []

    def is_pin(digits: str) -> bool:
        tried.append((digits, threading.get_ident()))
        return digits == "482913"

    made.is_pin = is_pin
    call, leg = CallId("phone-1"), LegId("phone-1")
    for keyed in ("482913", "111111"):
        made.execute(HideDigits(call, leg, PIN))
        for digit in keyed:
            assert vault.take(DigitPressed(leg, digit)).digit == HIDDEN
        made.execute(CheckSecret(call, AttemptId(keyed), PIN, PIN))
        made.execute(ShowDigits(call, leg))
    await until(lambda: len(taken) == 2)
    assert {(event.attempt, event.ok) for event in taken} == {("482913", True), ("111111", False)}
    assert {digits for digits, _ in tried} == {"482913", "111111"}
    assert threading.get_ident() not in {thread for _, thread in tried}
    assert vault.take_out(call, PIN) == "", "the vault has it no longer"
    await made.close()

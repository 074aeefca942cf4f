"""Which accounts of a manager interface may be watched by: those that may do nothing, as Asterisk tells it."""

import pytest

from hotline.other_systems.manager_account import refusal

pytestmark = pytest.mark.unit

NOTHING = {
    "Response": "Success",
    "ActionID": "action/1",
    "Ping": "Keepalive command.  (Priv: <none>)",
    "Logoff": "Logoff Manager.  (Priv: <none>)",
    "ListCommands": "List available manager commands.  (Priv: <none>)",
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"Originate": "Originate a call.  (Priv: originate,all)"}, "may act there (Originate)"),
        ({"Command": "Execute Asterisk CLI Command.  (Priv: command,all)"}, "may act there (Command)"),
        ({"ModuleLoad": "Module management.  (Priv: system,all)"}, "may act there (ModuleLoad)"),
        ({"Status": "List channel status.  (Priv: system,call,reporting,all)"}, "may act there (Status)"),
        (
            {name: "x  (Priv: call,all)" for name in ("Hangup", "Bridge", "Redirect", "Atxfer", "Setvar")},
            "(Atxfer, Bridge, Hangup and 2 more): leave its `write =` in manager.conf empty",
        ),
    ],
)
def test_an_account_that_may_act_is_refused(more: dict[str, str], said: str) -> None:
    told = refusal({**NOTHING, **more})
    assert (said in told) if said else told == ""


def test_an_answer_without_rights_is_refused() -> None:
    assert "does not tell" in refusal({"Response": "Error", "Message": "Invalid/unknown command"})
    assert "does not tell" in refusal({"Ping": "Keepalive command."})

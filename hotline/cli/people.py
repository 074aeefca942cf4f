"""hotline people: who signs in, with which roles, passwords and one-time codes. Each change is audited."""

import getpass
import secrets
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.people import one_time_codes, users
from hotline.people.password_policy import fault
from hotline.people.roles import ABOUT, OF_PEOPLE, TABLE, cell
from hotline.people.users import User
from hotline.site import audit
from hotline.site.sign_in import LINK_S, address, new_link

app = typer.Typer(add_completion=False, no_args_is_help=True)

PersonArgument = Annotated[str, typer.Argument(help="Their name, as in hotline people list.")]


@app.callback()
def people() -> None:
    """People of the house who sign in: each with roles, and a name that stands beside what they do.

    Whoever calls these commands is the user of the machine, whose name is in the audit log. A change holds from the
    next request on, while the server runs. docs/people.md has it step by step.

    Examples:

      hotline people add li --role handler --title "Li Na" --site /srv/hotline

      hotline people list

      hotline people roles

      hotline people roles li handler lead

      hotline people password li

      hotline people code li

      hotline people disable li --reason "left the house"
    """


@app.command()
def add(
    person: Annotated[str, typer.Argument(help="Their name to sign in by: small letters, digits, '.', '_' and '-'.")],
    role: Annotated[list[str], typer.Option("--role", "-r", help=f"One of {', '.join(OF_PEOPLE)}; repeat it.")],
    title: Annotated[str, typer.Option(help="The name by which colleagues know them.")] = "",
    agent: Annotated[str, typer.Option(help="The agent of agents.yaml who they are.")] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Add a person, and print a link that signs them in once, within fifteen minutes: they set a password there.

    Examples:

      hotline people add li --role handler --title "Li Na"

      hotline people add chen -r agent --agent 8001 --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        by, now = getpass.getuser(), time.time()
        roles = users.checked_roles(role)
        user = User(name=person, title=title.strip(), roles=roles, agent=agent.strip(), added_at=now, added_by=by)
        users.add(opened.database, user, [client.name for client in opened.settings.web.clients])
        audit.note(opened.state, "person added", f"{person}: {', '.join(roles)}{f', agent {agent}' if agent else ''}")
        link = address(opened, new_link(opened.state, "person", person, now))
        audit.note(opened.state, "sign-in link made", f"person {person}")
    if json:
        print_json({**user.as_data(), "link": link, "ends_in_s": LINK_S})
        return
    out.print(f"{person} is {', '.join(roles)}. Signs in once, within {LINK_S / 60:.0f} minutes, by", markup=False)
    out.print(link, markup=False, soft_wrap=True)


@app.command("list")
def list_(
    everybody: Annotated[bool, typer.Option("--all", help="Those who are disabled, too.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """The people, by name: roles, agent, how they sign in, and when they did last.

    Examples:

      hotline people list --site /srv/hotline

      hotline people list --all --json
    """
    opened = open_site(site)
    with told():
        found = [user for user in users.users(opened.database) if everybody or user.disabled_at is None]
    if json:
        print_json([user.as_data() for user in found])
        return
    print_table(
        ("person", "name", "roles", "agent", "signs in by", "last", "disabled", "why"),
        [
            (
                *(user.name, user.title, ", ".join(user.roles), user.agent, _ways(user)),
                *(when(user.signed_in_at, opened.zone), when(user.disabled_at, opened.zone), user.disabled_why),
            )
            for user in found
        ],
        "nobody yet: hotline people add NAME --role ROLE",
    )


@app.command()
def roles(
    person: Annotated[str, typer.Argument(help="Whose; left out: the table of all roles.")] = "",
    given: Annotated[list[str] | None, typer.Argument(help="The roles that they have from now on.")] = None,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Show what each role may do, or what one person has; with roles behind the name, give them those instead.

    Examples:

      hotline people roles

      hotline people roles li --json

      hotline people roles li handler lead
    """
    if not person:
        _print_table_of_roles(json)
        return
    opened = open_site(site)
    with told():
        user = users.named(opened.database, person)
        held: tuple[str, ...] = user.roles
        if given:
            held = users.checked_roles(given)
            audit.note(opened.state, "roles given", f"{person}: {', '.join(held)}; before: {', '.join(user.roles)}")
            users.set_roles(opened.database, person, held)
    if json:
        print_json({"person": person, "roles": list(held), "acts": {act: cell(act, held) for act in TABLE}})
        return
    out.print(f"{person}: {', '.join(held)}", markup=False)


@app.command()
def agent(
    person: PersonArgument,
    agent: Annotated[str, typer.Argument(help="The agent of agents.yaml who they are; left out: none.")] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Say which agent a person is: the role `agent` does what is theirs, and nobody handles a case about themselves.

    Examples:

      hotline people agent chen 8001

      hotline people agent chen
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        audit.note(opened.state, "agent given", f"{person}: {agent or 'none'}")
        users.set_agent(opened.database, person, agent.strip())
    _done(json, {"person": person, "agent": agent}, f"{person} is agent {agent}" if agent else f"{person} is no agent")


@app.command()
def password(
    person: PersonArgument,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, one line.")] = False,
    generate: Annotated[bool, typer.Option("--generate", help="Make one by chance, and print it.")] = False,
    none: Annotated[bool, typer.Option("--none", help="Take it away: they sign in by links only.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Give a person a password, asked for twice; their sessions are over. Better: by the link of hotline sign-in
    --person NAME they set one themselves, and nobody else knows it.

    Examples:

      hotline people password li

      hotline people password li --generate

      hotline people password li --none
    """
    from hotline.people.passwords import hashed

    opened = open_site(site)
    with told():
        if stdin + generate + none > 1:
            raise BadInput("one of --stdin, --generate and --none at a time")
        user = users.named(opened.database, person)
        given = "" if none else secrets.token_urlsafe(15) if generate else _asked_for(stdin)
        if not none and (said := fault(given, user.name, user.title, user.agent)):
            raise BadInput(said)
        audit.note(opened.state, "password taken away" if none else "password given", f"person {person}")
        users.set_password(opened.database, person, "" if none else hashed(given), time.time())
    shown = {"password": given} if generate else {}
    text = f"{person} signs in by links only" if none else f"{person} has a new password"
    _done(json, {"person": person, "has_password": not none, **shown}, f"{text}{f': {given}' if generate else ''}")


@app.command()
def code(
    person: PersonArgument,
    off: Annotated[bool, typer.Option("--off", help="Ask for no codes any more.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Ask a person for a one-time code beside the password from now on: the secret for their app (RFC 6238) is printed
    once. Called again it is another secret, as after a lost telephone. Their sessions are over.

    Examples:

      hotline people code li

      hotline people code li --off
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        secret = b"" if off else secrets.token_bytes(one_time_codes.SECRET_BYTES)
        written = one_time_codes.written(secret)
        audit.note(opened.state, "one-time code switched off" if off else "one-time code given", f"person {person}")
        users.set_code(opened.database, person, written, time.time())
        link = "" if off else one_time_codes.address(secret, person, opened.settings.console.title)
    if off:
        _done(json, {"person": person, "has_code": False}, f"{person} is asked for no code")
        return
    if json:
        print_json({"person": person, "has_code": True, "secret": written, "address": link})
        return
    spaced = " ".join(written[place : place + 4] for place in range(0, len(written), 4))
    out.print(f"{person} types this into the app (time-based, {one_time_codes.DIGITS} digits): {spaced}", markup=False)
    out.print(f"or takes it as a picture of: {link}", markup=False, soft_wrap=True)


@app.command()
def disable(
    person: PersonArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Let a person in no more; their sessions are over. The name stays theirs: it stands in logs and cases.

    Example:

      hotline people disable li --reason "left the house"
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        audit.note(opened.state, "person disabled", f"{person}: {reason}")
        users.disable(opened.database, person, getpass.getuser(), reason, time.time())
    _done(json, {"person": person, "disabled": True}, f"{person} is let in no more")


@app.command()
def enable(person: PersonArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Let a person in again who was disabled, with the roles and the password that they had.

    Example:

      hotline people enable li
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        audit.note(opened.state, "person enabled", person)
        users.enable(opened.database, person)
    _done(json, {"person": person, "disabled": False}, f"{person} is let in again")


@app.command()
def unbind(person: PersonArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Forget which account of the house's directory is a person's, as when they have another one now: the next account
    of their name that signs in is theirs. Their sessions are over.

    Example:

      hotline people unbind li
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        audit.note(opened.state, "account unbound", f"person {person}")
        users.unbind(opened.database, person, time.time())
    _done(json, {"person": person, "has_directory": False}, f"{person} has no account of the directory any more")


@app.command("sign-out")
def sign_out(person: PersonArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """End all sessions of a person, in all browsers.

    Example:

      hotline people sign-out li
    """
    opened = open_site(site)
    with told():
        users.named(opened.database, person)
        audit.note(opened.state, "person signed out", person)
        users.sign_out(opened.database, person, time.time())
    _done(json, {"person": person, "signed_out": True}, f"{person} is signed out everywhere")


def _asked_for(stdin: bool) -> str:
    """The password: a line of standard input, or typed twice. Raises BadInput where the two differ."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = getpass.getpass("new password: ")
    if getpass.getpass("again: ") != given:
        raise BadInput("the two are not the same; nothing was changed")
    return given


def _ways(user: User) -> str:
    own = "password and code" if user.password and user.code else "password" if user.password else ""
    return ", ".join(way for way in (own, "directory" if user.subject else "") if way) or "link"


def _print_table_of_roles(json: bool) -> None:
    if json:
        print_json({act: {"about": ABOUT[act], **TABLE[act]} for act in TABLE})
        return
    columns = next(iter(TABLE.values()))
    print_table(("act", *columns, "what"), [(act, *TABLE[act].values(), ABOUT[act]) for act in TABLE], "")


def _done(json: bool, data: dict[str, Any], text: str) -> None:
    if json:
        print_json(data)
    else:
        out.print(text, markup=False)

"""A request to the running server of a site, with the site's own token."""

import json as jsons
import urllib.error
import urllib.request
from typing import Any

from calls.errors import BadInput
from hotline.site.site import Site

_DEADLINE_S = 10.0


def ask(site: Site, method: str, path: str, body: object = None, *, whose: str) -> Any:
    """The server's answer. Raises BadInput with what it says, or when it does not run: `whose` names, in a sentence,
    what only a running server has."""
    web = site.settings.web
    request = urllib.request.Request(
        f"http://{web.host}:{web.port}{path}",
        data=None if body is None else jsons.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {site.secret('web')}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_DEADLINE_S) as answer:
            return jsons.load(answer)
    except urllib.error.HTTPError as error:
        raise BadInput(_refusal(error)) from error
    except OSError as error:
        message = f"no server answers at {web.host}:{web.port}: {whose} the running server's ({error})"
        raise BadInput(message) from error


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        said = jsons.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"the server answers {error.code}: is it the one of this site?"
    if isinstance(said, str):
        return said
    return "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in said)

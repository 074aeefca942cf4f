"""Makes the client of the house's directory. Only here is the extra `oidc` needed, and only where a site has it."""

from typing import TYPE_CHECKING

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.people.users import checked_roles
from hotline.site.site import Site

if TYPE_CHECKING:
    from hotline.people.oidc_provider import Provider


def make_provider(site: Site, state: Dependency | None = None) -> "Provider | None":
    """The provider of `oidc:`, which nobody has asked yet; None for a site without. Raises BadInput without the extra,
    for a secret that cannot be read, and for roles that are none."""
    settings = site.settings.oidc
    if settings is None:
        return None
    try:
        from hotline.people.oidc_provider import Provider
    except ModuleNotFoundError as error:
        raise BadInput("hotline.yaml has `oidc`: install hotline[oidc], or leave `oidc` out") from error
    for group, roles in settings.roles.items():
        try:
            checked_roles(roles)
        except BadInput as error:
            raise BadInput(f"hotline.yaml, oidc.roles.{group}: {error}") from error
    return Provider(settings, settings.secret(site.folder), state)

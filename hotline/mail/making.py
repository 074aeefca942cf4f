"""The mailing that hotline.yaml asks for."""

import time

from calls.dependencies import Dependency
from hotline.mail.sending import MailedNotices, Mailing, password_of
from hotline.site.site import Site


def make_mailing(site: Site, state: Dependency) -> Mailing | None:
    """The mailing of notices, not started; None for a site without `mail`. `state` is told how the mail server is."""
    settings = site.settings.mail
    if settings is None:
        return None
    notices = MailedNotices(site.database, site.state / "mail.mark")
    return Mailing(settings, notices, site.zone, state, time.time, password_of(site.folder, settings))

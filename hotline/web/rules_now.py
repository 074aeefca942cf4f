"""Rules of cases of the version that holds now, for requests: read once a version."""

from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions
from hotline.views.controller import Controller


class RulesNow:
    """Reads the rules of cases of the version that holds, and keeps them until another one does."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._versions = Versions(controller.database.parent / "versions")
        self._known: dict[str, CaseRules] = {}

    def __call__(self) -> CaseRules:
        """The rules; none before the first publish. Blocking. Raises BadInput, as `rules_of` does."""
        version = self._controller.register.version
        if version not in self._known:
            self._known = {version: rules_of(self._versions, version)}
        return self._known[version]

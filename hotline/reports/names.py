"""Names for people in a report: titles of queues, departments and grades, and agents' names, of the current version."""

from hotline.reports.table import Names
from hotline.site.site import Site
from hotline.versions.case_rules import rules_of
from hotline.versions.store import Versions


def names_of(site: Site) -> Names:
    """The names of the version that holds; none before the first publish. Raises BadInput for a version of a release
    that this one does not read."""
    versions = Versions(site.versions)
    current = versions.current()
    if current is None:
        return Names()
    configuration, rules = versions.routing(current).configuration, rules_of(versions, current)
    return Names(
        queues={str(name): queue.title for name, queue in configuration.queues.items() if queue.title},
        agents={str(name): agent.name for name, agent in configuration.agents.items() if agent.name},
        departments={}
        if rules.dispatch is None
        else {name: one.title for name, one in rules.dispatch.departments.items()},
        grades={} if rules.grades is None else {name: one.title for name, one in rules.grades.grades.items()},
    )

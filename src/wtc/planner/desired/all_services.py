"""The whole project: what its services are does not depend on which of them are selected."""

from collections.abc import Mapping

from wtc.model.project import Project
from wtc.model.service import Service


def all_services(project: Project) -> Mapping[str, Service]:
    """Every service of the file: those without profiles first, then in the file's order.

    The order is the same for every selection. Of two services that claim one thing, the first has it.
    """
    services = {**project.services, **project.others}
    places = {name: place for place, name in enumerate(project.order)}
    ordered = sorted(services.items(), key=lambda item: (bool(item[1].profiles), places.get(item[0], len(places))))
    return dict(ordered)

"""List all services of a project, whether or not they are selected. Pure."""

from collections.abc import Mapping

from wtc.model.project import Project
from wtc.model.service import Service


def all_services(project: Project) -> Mapping[str, Service]:
    """Return all services of the file: those without profiles first, then in the file's order.

    The order is the same for every selection, so that of two services with the same image the same one is used.
    """
    services = {**project.services, **project.others}
    places = {name: place for place, name in enumerate(project.order)}
    ordered = sorted(services.items(), key=lambda item: (bool(item[1].profiles), places.get(item[0], len(places))))
    return dict(ordered)

"""Translate volumes. Source: Engine API, `POST /volumes/create`."""

from wtc.engine.translate.body_table import Body, drop_none
from wtc.model.project import Volume


def volume_body(volume: Volume) -> Body:
    """Return the body of `POST /volumes/create`; without a driver the engine uses its default."""
    return drop_none(
        {
            "Name": volume.name,
            "Driver": volume.driver or None,
            "DriverOpts": dict(volume.driver_opts) or None,
            "Labels": dict(volume.labels),
        }
    )

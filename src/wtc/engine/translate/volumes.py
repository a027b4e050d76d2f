"""Volumes. Source: Engine API, `POST /volumes/create`."""

from wtc.engine.translate.body_table import Body, drop_none
from wtc.model.project import Volume


def volume_body(volume: Volume) -> Body:
    """`POST /volumes/create`; without a driver the engine takes its own."""
    return drop_none(
        {
            "Name": volume.name,
            "Driver": volume.driver or None,
            "DriverOpts": dict(volume.driver_opts) or None,
            "Labels": dict(volume.labels),
        }
    )

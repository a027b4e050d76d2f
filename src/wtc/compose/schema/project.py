"""The schema of a project: the top-level elements. Source: compose-spec, top-level elements."""

from wtc.compose.schema.service import SERVICE
from wtc.compose.schema.shape import (
    FLAG,
    INTEGER,
    NAME,
    NULL,
    OPTIONS,
    PAIRS,
    STRING,
    STRING_OR_NAMES,
    STRINGS,
    bare,
    listing,
    loose,
    loose_table,
    record,
    table,
)

_EXTERNAL_NAME = FLAG | record({"name": STRING})
_TEXT_TABLE = table(STRING, "^.+$")

_IPAM = record(
    {
        "driver": STRING,
        "config": listing(
            record({"subnet": STRING, "ip_range": STRING, "gateway": STRING, "aux_addresses": _TEXT_TABLE})
        ),
        "options": _TEXT_TABLE,
    }
)

_NETWORK = NULL | record(
    {
        **dict.fromkeys(("attachable", "enable_ipv4", "enable_ipv6", "internal"), FLAG),
        "name": STRING,
        "driver": STRING,
        "driver_opts": OPTIONS,
        "external": _EXTERNAL_NAME,
        "ipam": _IPAM,
        "labels": PAIRS,
    }
)

_VOLUME = NULL | record(
    {"name": STRING, "driver": STRING, "driver_opts": OPTIONS, "external": _EXTERNAL_NAME, "labels": PAIRS}
)

_EXTERNAL_FILE = FLAG | loose({"name": STRING})
_SECRET = record(
    {
        **dict.fromkeys(("driver", "environment", "file", "name", "template_driver"), STRING),
        "driver_opts": OPTIONS,
        "external": _EXTERNAL_FILE,
        "labels": PAIRS,
    }
)
_CONFIG = record(
    {
        **dict.fromkeys(("content", "environment", "file", "name", "template_driver"), STRING),
        "external": _EXTERNAL_FILE,
        "labels": PAIRS,
    }
)

_MODEL = record({"name": STRING, "model": STRING, "context_size": INTEGER, "runtime_flags": STRINGS}, "model")

_INCLUDE = NULL | listing(
    STRING | bare({"path": STRING_OR_NAMES, "env_file": STRING_OR_NAMES, "project_directory": STRING})
)

PROJECT = record(
    {
        "version": STRING,
        "name": STRING,
        "include": _INCLUDE,
        "services": table(SERVICE, NAME),
        "models": loose_table(_MODEL, NAME),
        "networks": loose_table(_NETWORK, NAME),
        "volumes": table(_VOLUME, NAME),
        "secrets": table(_SECRET, NAME),
        "configs": table(_CONFIG, NAME),
    }
)

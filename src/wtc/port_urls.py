"""The URL of a published port: well-known container ports and their schemes. Pure."""

from collections.abc import Mapping

_PORTS_OF_SCHEMES = {
    "https": (443, 2376, 6443, 8443, 9443),
    "ssh": (22,),
    "ftp": (21,),
    "smtp": (25, 587, 1025, 2525),
    "smtps": (465,),
    "pop3": (110,),
    "pop3s": (995,),
    "imap": (143,),
    "imaps": (993,),
    "ldap": (389,),
    "ldaps": (636,),
    "mqtt": (1883,),
    "mqtts": (8883,),
    "amqp": (5672,),
    "amqps": (5671,),
    "nats": (4222,),
    "mysql": (3306,),
    "postgresql": (5432, 6432, 26257),
    "redis": (6379, 26379),
    "mongodb": (27017, 27018, 27019),
    "bolt": (7687,),
    "sqlserver": (1433,),
    "memcached": (11211,),
    "vnc": (5900,),
    # Debuggers: Delve, JDWP, debugpy, Xdebug, Node.js.
    "tcp": (
        *(2345, 5005, 5678, 9003, 9229, 9230),
        # DNS, JMX, Oracle, NFS, ZooKeeper, RDP, Cassandra, Kafka, gRPC, ActiveMQ.
        *(53, 1099, 1521, 2049, 2181, 3389, 9042, 9092, 9093, 9094, 50051, 61616),
    ),
}
SCHEMES = {port: scheme for scheme, ports in _PORTS_OF_SCHEMES.items() for port in ports}
"""Well-known container port -> scheme of its URL; `tcp` where programs have no URL for it."""

_SAME_SCHEMES = {
    "postgres": "postgresql",
    "pgsql": "postgresql",
    "mariadb": "mysql",
    "mysql2": "mysql",
    "rediss": "redis",
    "mongo": "mongodb",
    "mssql": "sqlserver",
    "wss": "https",
}
DEFAULT_PORTS: Mapping[str, int] = {
    **{scheme: ports[0] for scheme, ports in _PORTS_OF_SCHEMES.items() if scheme != "tcp"},
    **{other: _PORTS_OF_SCHEMES[scheme][0] for other, scheme in _SAME_SCHEMES.items()},
    "http": 80,
    "ws": 80,
}
"""Scheme of a URL -> the port that it means where it names none."""


def format_url(host: str, port: int, target: int, protocol: str) -> str:
    """Return the URL of a published port."""
    scheme = SCHEMES.get(target, "http") if protocol == "tcp" else protocol
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

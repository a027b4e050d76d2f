"""Reach an engine over a Unix socket."""

from typing import Any

from docker.transport.unixconn import UnixHTTPAdapter


class SocketAdapter(UnixHTTPAdapter):
    """docker-py's adapter with one pool for all URLs, in place of one pool, and so one connection, for each URL."""

    def get_connection(self, url: object, proxies: Any = None) -> Any:  # noqa: ARG002  the session's interface
        """Return the one pool for every URL."""
        return super().get_connection("", proxies)

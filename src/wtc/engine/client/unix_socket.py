"""The way to an engine over a Unix socket."""

from typing import Any

from docker.transport.unixconn import UnixHTTPAdapter


class SocketAdapter(UnixHTTPAdapter):
    """docker-py's own, which has a pool for each URL and so a connection for each call, with one pool for all."""

    def get_connection(self, url: object, proxies: Any = None) -> Any:  # noqa: ARG002  the session's interface
        """The one pool, whatever is asked for."""
        return super().get_connection("", proxies)

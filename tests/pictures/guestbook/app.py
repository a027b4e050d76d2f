"""A guestbook that counts its visits."""

import http.server
import socket


def number(answer: bytes) -> int:
    r"""What the database has counted to.

    >>> number(b":3\r\n")
    3
    """
    return int(answer[1:])


class Page(http.server.BaseHTTPRequestHandler):
    """Counts and tells."""

    def do_GET(self) -> None:
        """One visit."""
        with socket.create_connection(("guestbook-db", 6379)) as database:
            database.sendall(b"INCR visits\r\n")
            visits = number(database.recv(100))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"visit {visits}\n".encode())


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()

"""A guestbook: GET lists the rows of its database, as text with `?plain` or for curl; POST adds a row."""

import json
import os
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from database import ask

FIRST = "the first row here"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guestbook of {owner}</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
  small {{ color: #666 }}
  .own {{ font-weight: bold }}
</style>
<h1>Guestbook <small>of {owner}</small></h1>
<ol>
{rows}
</ol>
<form method="post">
  <input name="author" placeholder="Name" aria-label="Name">
  <input name="message" placeholder="A row that only this stack has" required aria-label="Message">
  <button>Write</button>
</form>
</html>
"""
Row = dict[str, str]


def rows() -> list[Row]:
    """Return all rows, the oldest first. The first one is that of the stack that created the database."""
    ask("SETNX", "owner", os.environ.get("OWNER", "somebody"))
    own = {"author": ask("GET", "owner"), "message": FIRST, "mark": "* "}
    return [own, *(json.loads(row) for row in ask("LRANGE", "rows", "0", "-1"))]


def as_text(found: list[Row]) -> str:
    """Return the rows as lines below a title, the owner's with a star."""
    lines = [f"{row.get('mark', '  ')}{row['author']}: {row['message']}\n" for row in found]
    return f"guestbook of {found[0]['author']}\n{''.join(lines)}"


def as_page(found: list[Row]) -> str:
    """Return the rows as a page."""
    lines = [
        f"  <li{' class=own' if 'mark' in row else ''}>{escape(row['author'])}: {escape(row['message'])}"
        for row in found
    ]
    return PAGE.format(owner=escape(found[0]["author"]), rows="\n".join(lines))


class Guestbook(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """List the rows."""
        if urlsplit(self.path).query == "plain" or "text/html" not in self.headers.get("Accept", ""):
            self._answer(200, "text/plain", as_text(rows()))
        else:
            self._answer(200, "text/html", as_page(rows()))

    def do_POST(self) -> None:
        """Add a row."""
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        author, message = (form.get(name, [""])[0].strip() for name in ("author", "message"))
        if not message:
            self._answer(400, "text/plain", "a row needs a `message`\n")
            return
        ask("RPUSH", "rows", json.dumps({"author": author[:100] or "guest", "message": message[:500]}))
        self.send_response(303)
        self.send_header("Location", "/")
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Log no request of the health check, which comes once a second."""
        if self.path != "/?plain":
            super().log_request(code, size)  # type: ignore[arg-type]

    def _answer(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Guestbook).serve_forever()

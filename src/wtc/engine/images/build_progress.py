"""Read a build's output, of BuildKit or the legacy builder: progress, and then an image id or an error."""

import base64
import re
from collections import deque
from collections.abc import Callable

from wtc.dataclass import dataclass, field
from wtc.engine.client.json_access import get_number, get_object
from wtc.engine.client.json_stream import Record
from wtc.engine.images.buildkit_progress import Log, ProgressRecord, Vertex, decode_progress
from wtc.errors import BuildFailedError

Report = Callable[[str, str, int, int], None]
KEPT_LINES = 30
_LEGACY_STEP = re.compile(r"Step (\d+/\d+) : (.*)")


def build_failed_message(service: str) -> str:
    """Return the message of a failed build."""
    return f"the image of service `{service}` could not be built"


@dataclass(slots=True)
class _Step:
    name: str
    state: str = ""
    error: str = ""
    lines: deque[str] = field(default_factory=lambda: deque[str](maxlen=KEPT_LINES))
    rest: bytes = b""


@dataclass(slots=True)
class BuildProgress:
    """Reads the records of a build; `image_id` is set when the build reports it."""

    service: str
    report: Report
    image_id: str = ""
    source: str = ""
    """The Dockerfile, as text for error messages."""
    _steps: dict[str, _Step] = field(default_factory=dict[str, _Step])
    _legacy: str = ""

    def read(self, record: Record) -> None:
        """Read one record of the stream. Raises: BuildFailedError if it reports that the build failed."""
        if "error" in record or "errorDetail" in record:
            raise self._failure(record)
        aux = record.get("aux")
        if record.get("id") == "moby.buildkit.trace" and isinstance(aux, str):
            self._trace(_unpacked(aux))
        elif identity := get_object(record, "aux").get("ID"):
            self.image_id = str(identity)
        elif isinstance(text := record.get("stream"), str):
            self._legacy_text(text)
        elif layer := record.get("id"):
            amounts = get_object(record, "progressDetail")
            text = str(record.get("status") or "").lower()
            self.report(str(layer), text, get_number(amounts, "current"), get_number(amounts, "total"))

    def _trace(self, trace: ProgressRecord) -> None:
        for vertex in trace.vertexes:
            self._vertex(vertex)
        for status in trace.statuses:
            if step := self._steps.get(status.vertex):
                self.report(step.name, status.id, status.current, status.total)
        for log in trace.logs:
            self._log(log)

    def _vertex(self, vertex: Vertex) -> None:
        step = self._steps.setdefault(vertex.digest, _Step(vertex.name))
        if vertex.error:
            step.error = vertex.error
        state = _state(vertex)
        if state and state != step.state:
            step.state = state
            self.report(step.name, state, 0, 0)

    def _log(self, log: Log) -> None:
        step = self._steps.setdefault(log.vertex, _Step(log.vertex))
        *lines, step.rest = (step.rest + log.content).split(b"\n")
        for line in lines:
            self._line(step, line.decode(errors="replace"))

    def _line(self, step: _Step, text: str) -> None:
        # A progress bar redraws its line: keep only the last state.
        shown = text.rstrip("\r").rpartition("\r")[2].rstrip()
        if shown:
            step.lines.append(shown)
            self.report(step.name, shown, 0, 0)

    def _legacy_text(self, text: str) -> None:
        for line in text.splitlines():
            if found := _LEGACY_STEP.match(line):
                self._legacy = f"[{found[1]}] {found[2]}"
                self._steps[self._legacy] = _Step(self._legacy)
                self.report(self._legacy, "started", 0, 0)
            elif step := self._steps.get(self._legacy):
                self._line(step, line)

    def _failure(self, record: Record) -> BuildFailedError:
        detail = get_object(record, "errorDetail")
        message = str(detail.get("message") or record.get("error") or "").strip()
        step = self._failed(message)
        causes = [f"step `{step.name}` failed", message] if step else [message]
        causes += [f"its Dockerfile is {self.source}"] if self.source else []
        lines = [*step.lines, step.rest.decode(errors="replace").rstrip()] if step else []
        return BuildFailedError(
            build_failed_message(self.service), causes=causes, detail="\n".join(filter(None, lines))
        )

    def _failed(self, message: str) -> _Step | None:
        """Return the step that caused the message: the steps that it cancels end with an error, too."""
        if step := self._steps.get(self._legacy):
            return step
        failed = [step for step in self._steps.values() if step.error]
        named = [step for step in failed if step.error in message]
        return next(iter(named or failed), None)


def _unpacked(aux: str) -> ProgressRecord:
    try:
        return decode_progress(base64.b64decode(aux))
    except ValueError:
        return ProgressRecord()


def _state(vertex: Vertex) -> str:
    if vertex.error:
        return "failed"
    if vertex.cached:
        return "cached"
    return "done" if vertex.completed else "started" if vertex.started else ""

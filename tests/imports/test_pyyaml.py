"""PyYAML works as it does alone, and compiles its patterns on first use."""

import json
import subprocess
import sys

import pytest

ALONE = "import yaml"
LOADED = "from wtc.imports.pyyaml import load_pyyaml; load_pyyaml(); import yaml"
TEXT = """
text: {a: "\\x41", b: 'b', c: plain}
numbers: [1, -2, 0x10, 0o7, 1_000, 1.5, -.5e3, .inf, 1:30]
others: [true, off, null, ~, "", 2020-01-31, 2020-01-31T10:20:30.5Z]
base: &base {x: 1}
merged: {<<: *base, y: !!float 2}
"""


def show(load: str, script: str) -> str:
    """Return what the script prints in a new process that has imported `yaml`."""
    done = subprocess.run([sys.executable, "-c", f"{load}\n{script}"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "script",
    [
        f"print(yaml.load({TEXT!r}, yaml.SafeLoader))",
        f"print(yaml.load({TEXT!r}, yaml.CSafeLoader))",
        f"print(yaml.safe_dump(yaml.safe_load({TEXT!r})))",
        "try: yaml.safe_load('a: \\x01')\nexcept yaml.YAMLError as error: print(type(error), error)",
        "try: yaml.safe_load('a: [')\nexcept yaml.YAMLError as error: print(type(error), error)",
        "print(yaml.__file__, yaml.reader.__file__, yaml.reader.__spec__.cached, sorted(vars(yaml)))",
        "import inspect; print(inspect.getsource(yaml.reader))",
    ],
)
def test_pyyaml_does_what_it_does_alone(script: str) -> None:
    assert show(LOADED, script) == show(ALONE, script)


def test_no_pattern_is_compiled_before_it_is_used() -> None:
    script = (
        "import json, re, sys\n"
        "members = vars(yaml.reader.Reader).values()\n"
        "compiled = [str(one) for one in members if isinstance(one, re.Pattern)]\n"
        "finders = [type(one).__name__ for one in sys.meta_path]\n"
        "print(json.dumps([compiled, finders, yaml.reader.Reader.NON_PRINTABLE.search('a\\x01b').start()]))"
    )
    compiled, finders, at = json.loads(show(LOADED, script))
    assert compiled == []
    assert "_PyYamlFinder" not in finders
    assert at == 1

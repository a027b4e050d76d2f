"""Cases for the service attributes about descriptions."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("annotations"),
        printed=[
            ("{a: 1, b: true, c: x}", {"a": "1", "b": "true", "c": "x"}),
            ("[a=1, 'b=x=y', c]", {"a": "1", "b": "x=y", "c": ""}),
        ],
        merged=[
            ("{a: 1, b: 2}", "[b=3, c=4]", {"a": "1", "b": "3", "c": "4"}),
        ],
        refused=[
            ("x", ["1:39 `annotations` must be a list or a mapping, not a string"]),
            ("{a: [1]}", ["1:43 `a` must be a string, a number, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("labels"),
        printed=[
            ("{a: 1, b: true, c: null}", {"a": "1", "b": "true", "c": ""}),
            ("[a=1, b, c=d=e]", {"a": "1", "b": "", "c": "d=e"}),
        ],
        merged=[
            ("{a: 1}", "[b=2, a=3]", {"a": "3", "b": "2"}),
        ],
        refused=[
            ("a=1", ["1:34 `labels` must be a list or a mapping, not a string"]),
            ("{a: [1]}", ["1:38 `a` must be a string, a number, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("attach"),
        printed=[
            ("true", True),
            ("'false'", False),
            ("off", False),
        ],
        merged=[
            ("true", "false", False),
            ("false", "null", False),
        ],
        refused=[
            ("maybe", ["1:34 `services.a.attach` is `maybe`, expected `true` or `false`"]),
            ("[true]", ["1:34 `attach` must be a string, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("container_name"),
        printed=[
            ("one", "one"),
            ("One_2.x-y", "One_2.x-y"),
        ],
        merged=[
            ("one", "two", "two"),
        ],
        refused=[
            (
                "a b",
                [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `a b`")],
            ),
            (
                "-x",
                [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `-x`")],
            ),
            ("x", [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `x`")]),
            ("[a]", ["1:42 `container_name` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("logging"),
        printed=[
            (
                "{driver: json-file, options: {max-size: 10m, max-file: 3}}",
                {"driver": "json-file", "options": {"max-file": "3", "max-size": "10m"}},
            ),
            ("{options: {a: null}}", {"options": {"a": ""}}),
        ],
        merged=[
            ("{driver: a, options: {x: 1}}", "{driver: b}", {"driver": "b"}),
            ("{driver: a, options: {x: 1}}", "{options: {y: 2}}", {"driver": "a", "options": {"x": "1", "y": "2"}}),
        ],
        refused=[
            ("x", ["1:35 `logging` must be a mapping, not a string"]),
            ("{drivr: a}", ["1:36 `logging` has no attribute `drivr`"]),
            ("{options: [a]}", ["1:45 `options` must be a mapping, not a list"]),
        ],
    ),
)

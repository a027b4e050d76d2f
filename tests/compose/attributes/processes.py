"""Cases for the service attributes about processes."""

from tests.compose.attributes.reading import ABSENT, Attribute, Cases

CASES = (
    Cases(
        of=Attribute("command"),
        printed=[
            ("echo 'a b' c", ["echo", "a b", "c"]),
            ("[a, 'b c']", ["a", "b c"]),
            ("echo a && echo b", ["echo", "a"]),
            ("''", []),
            ("[]", []),
            ("null", None),
            ("echo $$HOME", ["echo", "$$HOME"]),
        ],
        merged=[
            ("a b", "[c]", ["c"]),
            ("a", "null", None),
        ],
        refused=[
            ("1", ["1:35 `command` must be a string or a list, not a whole number"]),
            ("{a: b}", ["1:35 `command` must be a string or a list, not a mapping"]),
            ("'(a)'", ["1:35 `services.a.command` cannot be split into words: `(` is not quoted"]),
            ('"\'a"', ["1:35 `services.a.command` cannot be split into words: the closing `'` is missing"]),
        ],
    ),
    Cases(
        of=Attribute("entrypoint"),
        printed=[
            ("tini -- x", ["tini", "--", "x"]),
            ("[a, b]", ["a", "b"]),
            ("''", []),
            ("[]", []),
            ("null", None),
        ],
        merged=[
            ("a", "[b]", ["b"]),
            ("a", "null", None),
        ],
        refused=[
            ("1", ["1:38 `entrypoint` must be a string or a list, not a whole number"]),
            ("{}", ["1:38 `entrypoint` must be a string or a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("environment"),
        printed=[
            (
                "{A: 1, B: true, C: 1.50, D: 'x', E: null, F: 010}",
                {"A": "1", "B": "true", "C": "1.5", "D": "x", "E": None, "F": "8"},
            ),
            ("[A=1, B=x=y, C, 'D=']", {"A": "1", "B": "x=y", "C": None, "D": ""}),
            ("{A: '${HOME}', B: $$x}", {"A": "/home/me", "B": "$$x"}),
        ],
        merged=[
            ("{A: 1}", "[B=2, A=3]", {"A": "3", "B": "2"}),
            ("[A=1]", "{A: null}", {"A": None}),
        ],
        refused=[
            ("A=1", ["1:39 `environment` must be a list or a mapping, not a string"]),
            ("{A: [1]}", ["1:43 `A` must be a string, a number, `true` or `false`, not a list"]),
            ("{1: a}", ["1:40 a key must be a string, not `1`"]),
            ("{A: 2020-01-01}", ["1:43 `A` must be a string, a number, `true` or `false`, not a date"]),
        ],
    ),
    Cases(
        of=Attribute("user"),
        printed=[
            ("root", "root"),
            ("'1000:1000'", "1000:1000"),
            ("'0'", "0"),
        ],
        merged=[
            ("a", "b", "b"),
            ("a", "null", "a"),
        ],
        refused=[
            ("1000", ["1:32 `user` must be a string, not a whole number"]),
            ("[a]", ["1:32 `user` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("working_dir"),
        printed=[
            ("/srv", "/srv"),
        ],
        merged=[
            ("/a", "/b", "/b"),
        ],
        refused=[
            ("1", ["1:39 `working_dir` must be a string, not a whole number"]),
            ("[a]", ["1:39 `working_dir` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("init"),
        printed=[
            ("true", True),
            ("'yes'", True),
        ],
        merged=[
            ("true", "false", False),
        ],
        refused=[
            ("1.5", ["1:32 `init` must be a string, `true` or `false`, not a number"]),
            ("[true]", ["1:32 `init` must be a string, `true` or `false`, not a list"]),
            ("x", ["1:32 `x` is not `true` or `false`"]),
        ],
    ),
    Cases(
        of=Attribute("tty"),
        printed=[
            ("true", True),
            ("'y'", True),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:31 `x` is not `true` or `false`"]),
            ("[true]", ["1:31 `tty` must be a string, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("stdin_open"),
        printed=[
            ("true", True),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:38 `x` is not `true` or `false`"]),
            ("[true]", ["1:38 `stdin_open` must be a string, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("stop_signal"),
        printed=[
            ("SIGINT", "SIGINT"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:39 `stop_signal` must be a string, not a whole number"]),
            ("[a]", ["1:39 `stop_signal` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("stop_grace_period"),
        printed=[
            ("1m30s", "1m30s"),
            ("10s", "10s"),
            ("1d", "24h0m0s"),
            ("500ms", "500ms"),
        ],
        merged=[
            ("1s", "2s", "2s"),
        ],
        refused=[
            ("soon", ["1:45 `services.a.stop_grace_period` is `soon`, expected a duration such as `1m30s`"]),
            ("10", ["1:45 `stop_grace_period` must be a string, not a whole number"]),
            ("[1s]", ["1:45 `stop_grace_period` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("restart"),
        printed=[
            ("always", "always"),
            ("unless-stopped", "unless-stopped"),
            ("'on-failure:3'", "on-failure:3"),
            ("no", "no"),
        ],
        merged=[
            ("always", "no", "no"),
        ],
        refused=[
            ("1", ["1:35 `restart` must be a string, not a whole number"]),
            ("[a]", ["1:35 `restart` must be a string, not a list"]),
            ("true", ["1:35 `restart` must be a string, not a boolean"]),
        ],
    ),
    Cases(
        of=Attribute("healthcheck"),
        printed=[
            ("{test: curl x}", {"test": ["CMD-SHELL", "curl x"]}),
            (
                (
                    "{test: [CMD, a, b], interval: 1m30s, timeout: 5s, retries: 3, "
                    "start_period: 1h, start_interval: 500ms}"
                ),
                {
                    "test": ["CMD", "a", "b"],
                    "timeout": "5s",
                    "interval": "1m30s",
                    "retries": 3,
                    "start_period": "1h0m0s",
                    "start_interval": "500ms",
                },
            ),
            ("{disable: true}", {"disable": True}),
            ("{test: [NONE]}", {"test": ["NONE"]}),
            ("{interval: 1d}", {"interval": "24h0m0s"}),
        ],
        merged=[
            ("{test: a, retries: 1}", "{test: [CMD, b]}", {"test": ["CMD", "b"], "retries": 1}),
            ("{interval: 1s}", "{interval: 2s, timeout: 1s}", {"timeout": "1s", "interval": "2s"}),
        ],
        refused=[
            ("x", ["1:39 `healthcheck` must be a mapping, not a string"]),
            ("{test: 1}", ["1:46 `test` must be a string or a list, not a whole number"]),
            ("{tests: x}", ["1:40 `healthcheck` has no attribute `tests`"]),
            (
                "{interval: soon}",
                ["1:50 `services.a.healthcheck.interval` is `soon`, expected a duration such as `1m30s`"],
            ),
            ("{retries: x}", ["1:49 `x` is not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("post_start"),
        printed=[
            ("[{command: a b}]", [{"command": ["a", "b"]}]),
            (
                "[{command: [a], user: root, privileged: true, working_dir: /w, environment: [A=1]}]",
                [
                    {
                        "command": ["a"],
                        "user": "root",
                        "privileged": True,
                        "working_dir": "/w",
                        "environment": {"A": "1"},
                    }
                ],
            ),
        ],
        merged=[
            ("[{command: a}]", "[{command: b}]", [{"command": ["a"]}, {"command": ["b"]}]),
        ],
        refused=[
            ("[{user: a}]", ["1:39 an item of `post_start` needs the attribute `command`"]),
            ("{command: a}", ["1:38 `post_start` must be a list, not a mapping"]),
            (
                "[{comand: a}]",
                [
                    "1:40 an item of `post_start` has no attribute `comand`",
                    "1:39 an item of `post_start` needs the attribute `command`",
                ],
            ),
        ],
    ),
    Cases(
        of=Attribute("pre_stop"),
        printed=[
            ("[{command: a b}]", [{"command": ["a", "b"]}]),
            ("[{command: [a], environment: {A: 1}}]", [{"command": ["a"], "environment": {"A": "1"}}]),
        ],
        merged=[
            ("[{command: a}]", "[{command: b}]", [{"command": ["a"]}, {"command": ["b"]}]),
        ],
        refused=[
            ("[{}]", ["1:37 an item of `pre_stop` needs the attribute `command`"]),
            ("[a]", ["1:37 an item of `pre_stop` must be a mapping, not a string"]),
        ],
    ),
)

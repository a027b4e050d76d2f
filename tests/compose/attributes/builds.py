"""Cases for the service attributes about builds."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("build", top="secrets: {s: {environment: S}}"),
        printed=[
            (".", {"context": ".", "dockerfile": "Dockerfile"}),
            ("{context: ./web, target: dev}", {"context": "./web", "dockerfile": "Dockerfile", "target": "dev"}),
            ("{context: ., dockerfile: D.dev}", {"context": ".", "dockerfile": "D.dev"}),
            (
                "{context: 'https://git.example/x.git#main'}",
                {"context": "https://git.example/x.git#main", "dockerfile": "Dockerfile"},
            ),
            ("{args: {A: 1, B: null}}", {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "1"}}),
            ("{args: [A=1, UNSET]}", {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "1"}}),
            ("{dockerfile_inline: FROM x}", {"context": ".", "dockerfile_inline": "FROM x"}),
            ("{ssh: [default]}", {"context": ".", "dockerfile": "Dockerfile", "ssh": ["default"]}),
            ("{secrets: [s]}", {"context": ".", "dockerfile": "Dockerfile", "secrets": [{"source": "s"}]}),
            (
                "{shm_size: 64m, ulimits: {nofile: 1, nproc: {soft: 1, hard: 2}}}",
                {
                    "context": ".",
                    "dockerfile": "Dockerfile",
                    "shm_size": "67108864",
                    "ulimits": {"nofile": 1, "nproc": {"soft": 1, "hard": 2}},
                },
            ),
            (
                "{additional_contexts: {b: 'docker-image://b', l: ./lib}}",
                {
                    "context": ".",
                    "dockerfile": "Dockerfile",
                    "additional_contexts": {"b": "docker-image://b", "l": "./lib"},
                },
            ),
            (
                "{extra_hosts: ['h:1.2.3.4'], labels: [a=b], tags: [t:1], platforms: [linux/amd64]}",
                {
                    "context": ".",
                    "dockerfile": "Dockerfile",
                    "labels": {"a": "b"},
                    "extra_hosts": ["h=1.2.3.4"],
                    "tags": ["t:1"],
                    "platforms": ["linux/amd64"],
                },
            ),
            (
                (
                    "{cache_from: [x], cache_to: [y], no_cache: true, pull: 'true', network: host, "
                    "privileged: true, entitlements: [network.host]}"
                ),
                {
                    "context": ".",
                    "dockerfile": "Dockerfile",
                    "entitlements": ["network.host"],
                    "cache_from": ["x"],
                    "cache_to": ["y"],
                    "no_cache": True,
                    "pull": True,
                    "network": "host",
                    "privileged": True,
                },
            ),
        ],
        merged=[
            (".", "{target: t}", {"context": ".", "dockerfile": "Dockerfile", "target": "t"}),
            (
                "{args: {A: 1}}",
                "{args: [A=2, B=3]}",
                {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "2", "B": "3"}},
            ),
            (
                "{context: ./a, tags: [a]}",
                "{context: ./b, tags: [a, b]}",
                {"context": "./b", "dockerfile": "Dockerfile", "tags": ["a", "b"]},
            ),
        ],
        refused=[
            ("{contxt: .}", ["1:34 `build` has no attribute `contxt`"]),
            ("[.]", ["1:33 `build` must be a string or a mapping, not a list"]),
            ("{args: 1}", ["1:40 `args` must be a list or a mapping, not a whole number"]),
            ("{tags: x}", ["1:40 `tags` must be a list, not a string"]),
        ],
    ),
    Cases(
        of=Attribute("develop", beside="build: ."),
        printed=[
            (
                "{watch: [{path: ./src, action: rebuild}]}",
                {"watch": [{"path": "./src", "action": "rebuild", "exec": {"command": None}}]},
            ),
            (
                (
                    "{watch: [{path: ./src, action: sync, target: /app, ignore: [x/], "
                    "include: '*.py', initial_sync: true}]}"
                ),
                {
                    "watch": [
                        {
                            "path": "./src",
                            "action": "sync",
                            "target": "/app",
                            "exec": {"command": None},
                            "include": ["*.py"],
                            "ignore": ["x/"],
                            "initial_sync": True,
                        }
                    ]
                },
            ),
            (
                ("{watch: [{path: ., action: sync+exec, target: /a, exec: {command: make it, user: root}}]}"),
                {
                    "watch": [
                        {
                            "path": ".",
                            "action": "sync+exec",
                            "target": "/a",
                            "exec": {"command": ["make", "it"], "user": "root"},
                        }
                    ]
                },
            ),
        ],
        merged=[
            (
                "{watch: [{path: a, action: rebuild}]}",
                "{watch: [{path: b, action: restart}]}",
                {
                    "watch": [
                        {"path": "./a", "action": "rebuild", "exec": {"command": None}},
                        {"path": "./b", "action": "restart", "exec": {"command": None}},
                    ]
                },
            ),
        ],
        refused=[
            ("{watch: [{path: .}]}", ["1:44 an item of `watch` needs the attribute `action`"]),
            ("{watch: [{action: rebuild}]}", ["1:44 an item of `watch` needs the attribute `path`"]),
            (
                "{watch: [{path: ., action: copy}]}",
                [("1:62 `action` must be `rebuild`, `sync`, `restart`, `sync+restart` or `sync+exec`, not `copy`")],
            ),
            ("{watch: {}}", ["1:43 `watch` must be a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("image"),
        printed=[
            ("nginx:1.22", "nginx:1.22"),
            ("x@sha256:abc", "x@sha256:abc"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:23 `image` must be a string, not a whole number"]),
            ("[a]", ["1:23 `image` must be a string, not a list"]),
            ("null", ["1:23 `image` must be a string, not empty"]),
        ],
    ),
    Cases(
        of=Attribute("platform"),
        printed=[
            ("linux/amd64", "linux/amd64"),
        ],
        merged=[
            ("a/b", "c/d", "c/d"),
        ],
        refused=[
            ("1", ["1:36 `platform` must be a string, not a whole number"]),
            ("[a]", ["1:36 `platform` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("pull_policy"),
        printed=[
            ("always", "always"),
            ("never", "never"),
            ("missing", "missing"),
            ("if_not_present", "missing"),
            ("build", "build"),
            ("daily", "daily"),
            ("every_12h", "every_12h"),
            ("every_1w2d", "every_1w2d"),
        ],
        merged=[
            ("always", "never", "never"),
        ],
        refused=[
            (
                "sometimes",
                [
                    (
                        "1:39 `pull_policy` must be `always`, `never`, `missing`, `build`, `refresh`, "
                        "`daily`, `weekly` or `every_<duration>`, not `sometimes`"
                    )
                ],
            ),
            ("1", ["1:39 `pull_policy` must be a string, not a whole number"]),
            (
                "every_x",
                [
                    (
                        "1:39 `pull_policy` must be `always`, `never`, `missing`, `build`, `refresh`, "
                        "`daily`, `weekly` or `every_<duration>`, not `every_x`"
                    )
                ],
            ),
        ],
    ),
)

"""Cases for the service attributes about files."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("configs", top="configs: {c: {content: x}, d: {file: ./d}}"),
        printed=[
            ("[c]", [{"source": "c"}]),
            (
                "[{source: c, target: /t, uid: '1', gid: '2', mode: 0440}]",
                [{"source": "c", "target": "/t", "uid": "1", "gid": "2", "mode": "0440"}],
            ),
        ],
        merged=[
            ("[c]", "[d]", [{"source": "c"}, {"source": "d"}]),
            ("[c]", "[{source: c, target: /x}]", [{"source": "c"}, {"source": "c", "target": "/x"}]),
        ],
        refused=[
            ("c", ["1:35 `configs` must be a list, not a string"]),
            ("[{surce: c}]", ["1:37 an item of `configs` has no attribute `surce`"]),
            ("[unknown]", ["1:36 service `a` uses config `unknown`, which is not defined"]),
            (
                "[1]",
                [
                    "1:36 `services.a.configs[0]` is a number, expected a config's name or a mapping",
                    "1:36 an item of `configs` must be a string or a mapping, not a whole number",
                ],
            ),
        ],
    ),
    Cases(
        of=Attribute("secrets", top="secrets: {s: {environment: S}, u: {file: ./u}}"),
        printed=[
            ("[s]", [{"source": "s", "target": "/run/secrets/s"}]),
            (
                "[{source: s, target: t, uid: '1', gid: '2', mode: 0440}]",
                [{"source": "s", "target": "t", "uid": "1", "gid": "2", "mode": "0440"}],
            ),
            ("[{source: s, target: /abs, mode: '0400'}]", [{"source": "s", "target": "/abs", "mode": "0400"}]),
        ],
        merged=[
            ("[s]", "[u]", [{"source": "s", "target": "/run/secrets/s"}, {"source": "u", "target": "/run/secrets/u"}]),
            (
                "[s]",
                "[{source: s, target: other}]",
                [{"source": "s", "target": "/run/secrets/s"}, {"source": "s", "target": "other"}],
            ),
        ],
        refused=[
            ("s", ["1:35 `secrets` must be a list, not a string"]),
            ("[unknown]", ["1:36 service `a` uses secret `unknown`, which is not defined"]),
            ("[{surce: s}]", ["1:37 an item of `secrets` has no attribute `surce`"]),
            (
                "[1]",
                [
                    "1:36 `services.a.secrets[0]` is a number, expected a secret's name or a mapping",
                    "1:36 an item of `secrets` must be a string or a mapping, not a whole number",
                ],
            ),
        ],
    ),
)

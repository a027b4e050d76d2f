"""Cases for the service attributes about privileges."""

from tests.compose.attributes.reading import ABSENT, Attribute, Cases

CASES = (
    Cases(
        of=Attribute("privileged"),
        printed=[
            ("true", True),
            ("'true'", True),
            ("on", True),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:38 `x` is not `true` or `false`"]),
            ("1.5", ["1:38 `privileged` must be a string, `true` or `false`, not a number"]),
        ],
    ),
    Cases(
        of=Attribute("read_only"),
        printed=[
            ("true", True),
            ("'no'", ABSENT),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:37 `x` is not `true` or `false`"]),
            ("[]", ["1:37 `read_only` must be a string, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cap_add"),
        printed=[
            ("[NET_ADMIN, SYS_PTRACE]", ["NET_ADMIN", "SYS_PTRACE"]),
            ("[all]", ["all"]),
        ],
        merged=[
            ("[A, B]", "[B, C]", ["A", "B", "C"]),
        ],
        refused=[
            ("NET_ADMIN", ["1:35 `cap_add` must be a list, not a string"]),
            (
                "[1]",
                [
                    "1:36 `services.a.cap_add[0]` is a number, expected a string",
                    "1:36 an item of `cap_add` must be a string, not a whole number",
                ],
            ),
        ],
    ),
    Cases(
        of=Attribute("cap_drop"),
        printed=[
            ("[ALL]", ["ALL"]),
        ],
        merged=[
            ("[A]", "[A, B]", ["A", "B"]),
        ],
        refused=[
            ("{A: 1}", ["1:36 `cap_drop` must be a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("security_opt"),
        printed=[
            ("['no-new-privileges:true', seccomp=unconfined]", ["no-new-privileges:true", "seccomp=unconfined"]),
        ],
        merged=[
            ("[a]", "[b]", ["a", "b"]),
        ],
        refused=[
            ("a", ["1:40 `security_opt` must be a list, not a string"]),
            ("[a, a]", ["1:44 `security_opt` contains a duplicate item"]),
        ],
    ),
    Cases(
        of=Attribute("group_add"),
        printed=[
            ("[mail, 1001]", ["mail", "1001"]),
        ],
        merged=[
            ("[a]", "[b]", ["a", "b"]),
        ],
        refused=[
            ("mail", ["1:37 `group_add` must be a list, not a string"]),
            ("[a, a]", ["1:41 `group_add` contains a duplicate item"]),
        ],
    ),
    Cases(
        of=Attribute("credential_spec", top="configs: {c: {content: x}}"),
        printed=[
            ("{file: ./c.json}", {"file": "./c.json"}),
            ("{registry: r}", {"registry": "r"}),
            ("{config: c}", {"config": "c"}),
        ],
        merged=[
            ("{file: a}", "{file: b}", {"file": "b"}),
        ],
        refused=[
            ("x", ["1:43 `credential_spec` must be a mapping, not a string"]),
            ("{fil: a}", ["1:44 `credential_spec` has no attribute `fil`"]),
        ],
    ),
)

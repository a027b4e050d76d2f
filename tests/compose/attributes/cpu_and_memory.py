"""Cases for the service attributes about CPU and memory."""

from tests.compose.attributes.reading import ABSENT, Attribute, Cases

CASES = (
    Cases(
        of=Attribute("cpu_count"),
        printed=[
            ("2", 2),
            ("'3'", 3),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:37 `x` is not a whole number"]),
            ("-1", ["1:37 `cpu_count` must be at least 0, not -1"]),
            ("[1]", ["1:37 `cpu_count` must be a string or a whole number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_percent"),
        printed=[
            ("50", 50),
            ("'12'", 12),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("101", ["1:39 `cpu_percent` must be at least 0 and at most 100, not 101"]),
            ("x", ["1:39 `x` is not a number"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_period"),
        printed=[
            ("100000", 100000),
            ("'50000'", 50000),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:38 `x` is not a whole number"]),
            ("[1]", ["1:38 `cpu_period` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_quota"),
        printed=[
            ("50000", 50000),
            ("'-1'", -1),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:37 `x` is not a whole number"]),
            ("{}", ["1:37 `cpu_quota` must be a string or a number, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_rt_period"),
        printed=[
            ("1000", 1000),
            ("'2000'", 2000),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:41 `x` is not a whole number"]),
            ("[1]", ["1:41 `cpu_rt_period` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_rt_runtime"),
        printed=[
            ("1000", 1000),
            ("'2000'", 2000),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:42 `x` is not a whole number"]),
            ("[1]", ["1:42 `cpu_rt_runtime` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpu_shares"),
        printed=[
            ("512", 512),
            ("'73'", 73),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:38 `x` is not a whole number"]),
            ("[1]", ["1:38 `cpu_shares` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpus"),
        printed=[
            ("1.5", 1.5),
            ("'0.50'", 0.5),
            ("2", 2),
        ],
        merged=[
            ("1", "0.1", 0.1),
        ],
        refused=[
            ("x", ["1:32 `x` is not a number"]),
            ("[1]", ["1:32 `cpus` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cpuset"),
        printed=[
            ("0-1", "0-1"),
            ("'0,1'", "0,1"),
        ],
        merged=[
            ("'0'", "'1'", "1"),
        ],
        refused=[
            ("0", ["1:34 `cpuset` must be a string, not a whole number"]),
            ("[0]", ["1:34 `cpuset` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("mem_limit"),
        printed=[
            ("512m", "536870912"),
            ("1gb", "1073741824"),
            ("1073741824", "1073741824"),
            ("'1.5g'", "1610612736"),
        ],
        merged=[
            ("1g", "2g", "2147483648"),
        ],
        refused=[
            ("much", ["1:37 `services.a.mem_limit` is `much`, expected a size such as `512m`"]),
            ("[1]", ["1:37 `mem_limit` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("mem_reservation"),
        printed=[
            ("64m", "67108864"),
            ("1024", "1024"),
        ],
        merged=[
            ("1g", "2g", "2147483648"),
        ],
        refused=[
            ("much", ["1:43 `services.a.mem_reservation` is `much`, expected a size such as `512m`"]),
            ("1.5", ["1:43 `mem_reservation` must be a string or a whole number, not a number"]),
        ],
    ),
    Cases(
        of=Attribute("mem_swappiness"),
        printed=[
            ("10", "10"),
            ("'0'", ABSENT),
        ],
        merged=[
            ("1", "2", "2"),
        ],
        refused=[
            ("x", ["1:42 `services.a.mem_swappiness` is `x`, expected a size such as `512m`"]),
            ("[1]", ["1:42 `mem_swappiness` must be a string or a whole number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("memswap_limit"),
        printed=[
            ("2g", "2147483648"),
            ("-1", "-1"),
        ],
        merged=[
            ("1g", "2g", "2147483648"),
        ],
        refused=[
            ("much", ["1:41 `services.a.memswap_limit` is `much`, expected a size such as `512m`"]),
            ("[1]", ["1:41 `memswap_limit` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("oom_kill_disable"),
        printed=[
            ("true", True),
            ("'false'", ABSENT),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:44 `x` is not `true` or `false`"]),
            ("[true]", ["1:44 `oom_kill_disable` must be a string, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("oom_score_adj"),
        printed=[
            ("-500", -500),
            ("'500'", 500),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("2000", ["1:41 `oom_score_adj` must be at least -1000 and at most 1000, not 2000"]),
            ("x", ["1:41 `x` is not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("pids_limit"),
        printed=[
            ("100", 100),
            ("'-1'", -1),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:38 `x` is not a whole number"]),
            ("[1]", ["1:38 `pids_limit` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("shm_size"),
        printed=[
            ("64m", "67108864"),
            ("67108864", "67108864"),
        ],
        merged=[
            ("1g", "2g", "2147483648"),
        ],
        refused=[
            ("much", ["1:36 `services.a.shm_size` is `much`, expected a size such as `512m`"]),
            ("[1]", ["1:36 `shm_size` must be a string or a number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("blkio_config"),
        printed=[
            ("{weight: 300}", {"weight": 300}),
            (
                "{weight_device: [{path: /dev/sda, weight: 400}]}",
                {"weight_device": [{"Path": "/dev/sda", "Weight": 400}]},
            ),
            (
                ("{device_read_bps: [{path: /dev/sda, rate: 12mb}], device_write_iops: [{path: /dev/sda, rate: 30}]}"),
                {
                    "device_read_bps": [{"Path": "/dev/sda", "Rate": "12582912"}],
                    "device_write_iops": [{"Path": "/dev/sda", "Rate": "30"}],
                },
            ),
        ],
        merged=[
            ("{weight: 1}", "{weight: 2}", {"weight": 2}),
        ],
        refused=[
            ("{weigth: 1}", ["1:41 `blkio_config` has no attribute `weigth`"]),
            ("{weight: [1]}", ["1:49 `weight` must be a string or a whole number, not a list"]),
            ("[]", ["1:40 `blkio_config` must be a mapping, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("ulimits"),
        printed=[
            ("{nofile: 1024}", {"nofile": 1024}),
            ("{nofile: {soft: 1, hard: 2}, nproc: '3'}", {"nofile": {"soft": 1, "hard": 2}, "nproc": 3}),
        ],
        merged=[
            ("{nofile: 1}", "{nofile: {soft: 1, hard: 2}}", {"nofile": {"soft": 1, "hard": 2}}),
            ("{nofile: 1}", "{nproc: 2}", {"nofile": 1, "nproc": 2}),
        ],
        refused=[
            ("x", ["1:35 `ulimits` must be a mapping, not a string"]),
            ("{nofile: {soft: 1}}", ["1:44 `nofile` needs the attribute `hard`"]),
            ("{nofile: x}", ["1:44 `x` is not a whole number"]),
        ],
    ),
)

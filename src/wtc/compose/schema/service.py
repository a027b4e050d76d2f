"""The schema of a service. Source: compose-spec, Services, Build, Deploy, Develop."""

from wtc.compose.schema.shape import (
    AMOUNT,
    BOOLEAN,
    COMMAND,
    COUNT,
    DEVICE_REQUESTS,
    FLAG,
    GPUS,
    GRANTS,
    HOSTS,
    LIMITS,
    NAME,
    NAMES,
    NULL,
    NUMBER,
    OPTIONS,
    PAIRS,
    STRING,
    STRING_OR_NAMES,
    STRINGS,
    Shape,
    bare,
    between,
    distinct,
    listing,
    loose_table,
    matching,
    record,
    table,
    words,
)

_HOOK = record(
    {"command": COMMAND, "user": STRING, "privileged": FLAG, "working_dir": STRING, "environment": PAIRS}, "command"
)

_BUILD = STRING | record(
    {
        **dict.fromkeys(("context", "dockerfile", "dockerfile_inline", "isolation", "network", "target"), STRING),
        **dict.fromkeys(("cache_from", "cache_to", "entitlements", "platforms", "tags"), STRINGS),
        **dict.fromkeys(("additional_contexts", "args", "labels", "ssh"), PAIRS),
        **dict.fromkeys(("no_cache", "privileged", "provenance", "pull", "sbom"), FLAG),
        "extra_hosts": HOSTS,
        "no_cache_filter": STRING | STRINGS,
        "secrets": GRANTS,
        "shm_size": COUNT,
        "ulimits": LIMITS,
    }
)

_BLKIO_RATES = listing(bare({"path": STRING, "rate": COUNT}))
_BLKIO = bare(
    {
        **dict.fromkeys(("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"), _BLKIO_RATES),
        "weight": COUNT,
        "weight_device": listing(bare({"path": STRING, "weight": COUNT})),
    }
)

_DEPENDS_ON = NAMES | table(
    record(
        {
            "condition": words("service_started", "service_healthy", "service_completed_successfully"),
            "required": BOOLEAN,
            "restart": FLAG,
        },
        "condition",
    ),
    NAME,
)

_UPDATE = record(
    {
        **dict.fromkeys(("delay", "failure_action", "monitor"), STRING),
        "max_failure_ratio": AMOUNT,
        "order": words("start-first", "stop-first"),
        "parallelism": COUNT,
    }
)
_DEPLOY = NULL | record(
    {
        "endpoint_mode": STRING,
        "labels": PAIRS,
        "mode": STRING,
        "placement": record(
            {
                "constraints": STRINGS,
                "max_replicas_per_node": COUNT,
                "preferences": listing(record({"spread": STRING})),
            }
        ),
        "replicas": COUNT,
        "resources": record(
            {
                "limits": record({"cpus": AMOUNT, "memory": STRING, "pids": COUNT}),
                "reservations": record(
                    {
                        "cpus": AMOUNT,
                        "memory": STRING,
                        "devices": DEVICE_REQUESTS,
                        "generic_resources": listing(
                            record({"discrete_resource_spec": record({"kind": STRING, "value": AMOUNT})})
                        ),
                    }
                ),
            }
        ),
        "restart_policy": record({"condition": STRING, "delay": STRING, "max_attempts": COUNT, "window": STRING}),
        "rollback_config": _UPDATE,
        "update_config": _UPDATE,
    }
)

_DEVELOP = NULL | record(
    {
        "watch": listing(
            record(
                {
                    "action": words("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
                    "exec": _HOOK,
                    "ignore": STRING_OR_NAMES,
                    "include": STRING_OR_NAMES,
                    "initial_sync": BOOLEAN,
                    "path": STRING,
                    "target": STRING,
                },
                "path",
                "action",
            )
        )
    }
)

_HEALTHCHECK = record(
    {
        **dict.fromkeys(("interval", "start_interval", "start_period", "timeout"), STRING),
        "disable": FLAG,
        "retries": AMOUNT,
        "test": STRING | STRINGS,
    }
)

_NETWORKS = NAMES | table(
    NULL
    | record(
        {
            **dict.fromkeys(("interface_name", "ipv4_address", "ipv6_address", "mac_address"), STRING),
            **dict.fromkeys(("aliases", "link_local_ips"), NAMES),
            "driver_opts": OPTIONS,
            "gw_priority": NUMBER,
            "priority": NUMBER,
        }
    ),
    NAME,
)

_PORTS = distinct(
    Shape("number", "string")
    | record(
        {
            **dict.fromkeys(("app_protocol", "host_ip", "mode", "name", "protocol"), STRING),
            "published": COUNT,
            "target": COUNT,
        }
    )
)

_SCALARS = Shape("string", "number", "boolean")
_PROVIDER = record({"type": STRING, "options": loose_table(_SCALARS | listing(_SCALARS), "^.+$")}, "type")

_VOLUMES = distinct(
    STRING
    | record(
        {
            **dict.fromkeys(("consistency", "source", "target"), STRING),
            "bind": record(
                {
                    "create_host_path": FLAG,
                    "propagation": STRING,
                    "recursive": words("enabled", "disabled", "writable", "readonly"),
                    "selinux": words("z", "Z"),
                }
            ),
            "image": record({"subpath": STRING}),
            "read_only": FLAG,
            "tmpfs": record({"mode": AMOUNT, "size": between(0, 1 << 63)}),
            "type": words("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
            "volume": record({"labels": PAIRS, "nocopy": FLAG, "subpath": STRING}),
        },
        "type",
    )
)

_TEXTS = """
cgroup_parent cpuset domainname hostname image ipc isolation mac_address network_mode platform pull_refresh_after
restart runtime stop_grace_period stop_signal user userns_mode uts working_dir
"""
_FLAGS = "attach init oom_kill_disable privileged read_only stdin_open tty"
_AMOUNTS = """
cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus mem_limit memswap_limit pids_limit shm_size
"""
_NAME_LISTS = """
cap_add cap_drop device_cgroup_rules dns_opt external_links links profiles security_opt volumes_from
"""
_POLICY = "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"

SERVICE = record(
    {
        **dict.fromkeys(_TEXTS.split(), STRING),
        **dict.fromkeys(_FLAGS.split(), FLAG),
        **dict.fromkeys(_AMOUNTS.split(), AMOUNT),
        **dict.fromkeys(_NAME_LISTS.split(), NAMES),
        **dict.fromkeys(("annotations", "environment", "labels", "sysctls"), PAIRS),
        **dict.fromkeys(("command", "entrypoint"), COMMAND),
        **dict.fromkeys(("configs", "secrets"), GRANTS),
        **dict.fromkeys(("dns", "dns_search", "tmpfs"), STRING_OR_NAMES),
        **dict.fromkeys(("expose", "group_add"), distinct(AMOUNT)),
        **dict.fromkeys(("mem_reservation", "mem_swappiness", "scale"), COUNT),
        **dict.fromkeys(("post_start", "pre_start", "pre_stop"), listing(_HOOK)),
        "blkio_config": _BLKIO,
        "build": _BUILD,
        "cgroup": words("host", "private"),
        "container_name": matching(
            "[a-zA-Z0-9][a-zA-Z0-9_.-]+", "a name of two or more letters, digits, `_`, `.` and `-`"
        ),
        "cpu_count": between(0, 1 << 63),
        "cpu_percent": between(0, 100),
        "credential_spec": record(dict.fromkeys(("config", "file", "registry"), STRING)),
        "depends_on": _DEPENDS_ON,
        "deploy": _DEPLOY,
        "develop": _DEVELOP,
        "devices": listing(
            STRING | record(dict.fromkeys(("permissions", "source", "target"), STRING), "source"),
        ),
        "env_file": STRING | listing(STRING | bare({"path": STRING, "format": STRING, "required": FLAG}, "path")),
        "extends": STRING | bare({"file": STRING, "service": STRING}, "service"),
        "extra_hosts": HOSTS,
        "gpus": GPUS,
        "healthcheck": _HEALTHCHECK,
        "label_file": STRING | STRINGS,
        "logging": record({"driver": STRING, "options": loose_table(AMOUNT | NULL, "^.+$")}),
        "models": NAMES | loose_table(NULL | record(dict.fromkeys(("endpoint_var", "model_var"), STRING)), NAME),
        "networks": _NETWORKS,
        "oom_score_adj": between(-1000, 1000),
        "pid": STRING | NULL,
        "ports": _PORTS,
        "provider": _PROVIDER,
        "pull_policy": matching(
            _POLICY, "`always`, `never`, `missing`, `build`, `refresh`, `daily`, `weekly` or `every_<duration>`"
        ),
        "storage_opt": loose_table(STRING, "(?!)"),
        "ulimits": LIMITS,
        "use_api_socket": BOOLEAN,
        "volumes": _VOLUMES,
    }
)

"""The types of all attributes, by shape, in the order in which Docker Compose prints them.

A type is a word, or refers to another shape:
`*x` an optional `x`, `=x` an `x` that is always present, `[x]` a list, `{x}` a mapping of names to `x`, `{?x}` one that
keeps nulls. Words: `str bool int uint float`, `bool? int? uint?` where zero differs from unset, `bytes` and `dur`
(sizes and durations as text), `dur?`, `list` of strings, `map` of strings (`env`: with nulls), `shell`, `test`,
`hosts`, `ssh`, `count`, `cpus`, `mode`, `limit`, `options`.

Source: compose-spec; the order is that of the configuration hash.
"""

from wtc.static_typing import TypeAlias

AttributeTypes: TypeAlias = dict[str, str]


def _parse_types(text: str) -> AttributeTypes:
    return dict(part.split(":", 1) for part in text.split())


_SERVICE = """
profiles:list annotations:map attach:bool? build:*build develop:*develop blkio_config:*blkio cap_add:list cap_drop:list
cgroup_parent:str cgroup:str cpu_count:int cpu_percent:float cpu_period:int cpu_quota:int cpu_rt_period:int
cpu_rt_runtime:int cpus:float cpuset:str cpu_shares:int command:shell configs:[grant] container_name:str
credential_spec:*credential depends_on:{dependency} deploy:*deploy device_cgroup_rules:list devices:[device] dns:list
dns_opt:list dns_search:list domainname:str entrypoint:shell provider:*provider environment:env env_file:[env_file]
expose:list external_links:list extra_hosts:hosts group_add:list gpus:[device_request] hostname:str
healthcheck:*healthcheck image:str init:bool? ipc:str isolation:str labels:map label_file:list links:list
logging:*logging mem_limit:bytes mem_reservation:bytes memswap_limit:bytes mem_swappiness:bytes mac_address:str
models:{?model_grant} network_mode:str networks:{?attachment} oom_kill_disable:bool oom_score_adj:int pid:str
pids_limit:int platform:str ports:[port] privileged:bool pull_policy:str read_only:bool restart:str runtime:str
scale:int? secrets:[grant] security_opt:list shm_size:bytes stdin_open:bool stop_grace_period:dur? stop_signal:str
storage_opt:map sysctls:map tmpfs:list tty:bool ulimits:{limit} use_api_socket:bool user:str userns_mode:str uts:str
volumes:[mount] volumes_from:list working_dir:str pre_start:[hook] post_start:[hook] pre_stop:[hook]
"""
_BUILD = """
context:str dockerfile:str dockerfile_inline:str entitlements:list args:env provenance:str sbom:str ssh:ssh labels:map
cache_from:list cache_to:list no_cache:bool no_cache_filter:list additional_contexts:map pull:bool extra_hosts:hosts
isolation:str network:str target:str secrets:[grant] shm_size:bytes tags:list ulimits:{limit} platforms:list
privileged:bool
"""
_RESOURCE = "name:str driver:str driver_opts:map"
_FILE = """
name:str file:str environment:str content:str external:bool labels:map driver:str driver_opts:map template_driver:str
"""

ATTRIBUTE_TYPES: dict[str, AttributeTypes] = {
    name: _parse_types(text)
    for name, text in {
        "service": _SERVICE,
        "build": _BUILD,
        "develop": "watch:[watch]",
        "watch": "path:str action:str target:str exec:=hook include:list ignore:list initial_sync:bool",
        "hook": "command:shell user:str privileged:bool working_dir:str environment:env",
        "blkio": "weight:uint weight_device:[weight] device_read_bps:[rate] device_read_iops:[rate] "
        "device_write_bps:[rate] device_write_iops:[rate]",
        "weight": "path:str weight:uint",
        "rate": "path:str rate:bytes",
        "grant": "source:str target:str uid:str gid:str mode:mode",
        "credential": "config:str file:str registry:str",
        "dependency": "condition:str restart:bool required:bool",
        "deploy": "mode:str replicas:int? labels:map update_config:*update rollback_config:*update "
        "resources:=resources restart_policy:*restart placement:=placement endpoint_mode:str",
        "update": "parallelism:uint? delay:dur failure_action:str monitor:dur max_failure_ratio:float order:str",
        "resources": "limits:*resource reservations:*resource",
        "resource": "cpus:cpus memory:bytes pids:int devices:[device_request] generic_resources:[generic]",
        "generic": "discrete_resource_spec:*discrete",
        "discrete": "kind:str value:int",
        "device_request": "capabilities:list driver:str count:count device_ids:list options:map",
        "restart": "condition:str delay:dur? max_attempts:uint? window:dur?",
        "placement": "constraints:list preferences:[preference] max_replicas_per_node:uint",
        "preference": "spread:str",
        "device": "source:str target:str permissions:str",
        "provider": "type:str options:options",
        "env_file": "path:str required:bool format:str",
        "healthcheck": "test:test timeout:dur? interval:dur? retries:uint? start_period:dur? start_interval:dur? "
        "disable:bool",
        "logging": "driver:str options:map",
        "model_grant": "endpoint_var:str model_var:str",
        "attachment": "aliases:list driver_opts:map gw_priority:int interface_name:str ipv4_address:str "
        "ipv6_address:str link_local_ips:list mac_address:str priority:int",
        "port": "name:str mode:str host_ip:str target:uint published:str protocol:str app_protocol:str",
        "mount": "type:str source:str target:str read_only:bool consistency:str bind:*bind volume:*mounted "
        "tmpfs:*tmpfs image:*image_mount",
        "bind": "selinux:str propagation:str create_host_path:bool recursive:str",
        "mounted": "labels:map nocopy:bool subpath:str",
        "tmpfs": "size:bytes mode:uint",
        "image_mount": "subpath:str",
        "network": _RESOURCE
        + " ipam:=ipam external:bool internal:bool attachable:bool labels:map enable_ipv4:bool? enable_ipv6:bool?",
        "ipam": "driver:str config:[pool]",
        "pool": "subnet:str gateway:str ip_range:str aux_addresses:map",
        "volume": _RESOURCE + " external:bool labels:map",
        "file": _FILE,
        "model": "name:str model:str context_size:int runtime_flags:list",
        "project": "name:str services:{service} networks:{network} volumes:{volume} secrets:{file} configs:{file} "
        "models:{model}",
    }.items()
}

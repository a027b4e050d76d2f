"""How wtc treats each attribute of the specification: the table behind `inspect`, the warnings and `--strict`.

The first case of a row that applies is used. `.context/compose-support.md` is generated from this table.
"""

from wtc.compose.support.status import (
    Case,
    Row,
    Status,
    ignored,
    is_built,
    is_job,
    is_named_volume,
    is_several,
    is_true,
    names_service,
    of_external,
    of_file,
    rewritten,
    supported,
)

_SHARED: Row = (
    Case(
        status=Status.REWRITTEN,
        reason="`service:x` refers to the container of that service in this worktree",
        when="`service:x`",
        applies=names_service,
    ),
    *supported(),
)
_IDENTITY: Row = (
    Case(
        status=Status.IGNORED,
        reason="a file is bind-mounted with its own owner and mode",
        when="a `file:` source",
        applies=of_file,
        hint="to set it, provide the content with `environment:` or `content:`, or change the file itself",
    ),
    *supported(),
)
_OWN_NAME: Row = (
    Case(
        status=Status.HONOURED,
        reason="an external resource is shared and keeps its name",
        when="external",
        applies=of_external,
    ),
    *rewritten("its name is the namespace and its key"),
)
_EXTERNAL_FILE: Row = (
    Case(
        status=Status.IGNORED,
        reason="only Swarm stores secrets and configs: a service that uses an external one is rejected",
        when="`true`",
        applies=is_true,
        hint="to provide the content, write `file:` or `environment:` instead of `external:`",
    ),
    *supported(),
)
_SWARM = "it applies to Swarm only"
_BUILDX = "with `docker buildx`"
_WATCH = "`wtc watch` and `up --watch` apply it"
_MODEL = "wtc does not run models"
_UNREAD = "Docker Compose ignores it, too"
_HOOK = "command environment privileged user working_dir"
_DEVICE = "capabilities count device_ids driver options"
_UPDATE = "delay failure_action max_failure_ratio monitor order parallelism"
_RUN_MODEL = "to use a model, run it yourself and pass its address to the service in a variable"

_PLAIN: dict[str, str] = {
    "": "configs networks secrets services volumes",
    "configs.*": "content environment file",
    "networks.*": "attachable driver driver_opts enable_ipv4 enable_ipv6 internal ipam",
    "networks.*.ipam": "config driver",
    "networks.*.ipam.config.*": "aux_addresses gateway ip_range subnet",
    "secrets.*": "environment file",
    "services.*": """annotations blkio_config build cap_add cap_drop cgroup_parent command configs cpu_period cpu_quota
        cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset depends_on deploy device_cgroup_rules devices dns dns_opt
        dns_search domainname entrypoint environment expose extra_hosts gpus group_add healthcheck hostname init
        logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit oom_kill_disable oom_score_adj
        pids_limit platform post_start pre_stop privileged profiles read_only restart runtime scale secrets security_opt
        shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user
        userns_mode volumes working_dir""",
    "services.*.blkio_config": """weight weight_device device_read_bps device_read_iops device_write_bps
        device_write_iops""",
    **{
        f"services.*.blkio_config.device_{kind}.*": "path rate"
        for kind in ("read_bps", "read_iops", "write_bps", "write_iops")
    },
    "services.*.blkio_config.weight_device.*": "path weight",
    "services.*.build": """args context dockerfile dockerfile_inline extra_hosts network no_cache pull shm_size target
        ulimits""",
    "services.*.build.ulimits.*": "hard soft",
    "services.*.build.secrets.*": "source target",
    "services.*.configs.*": "source target",
    "services.*.depends_on.*": "condition required restart",
    "services.*.deploy": "replicas resources restart_policy",
    "services.*.deploy.resources": "limits reservations",
    "services.*.deploy.resources.limits": "cpus memory pids",
    "services.*.deploy.resources.reservations": "devices memory",
    "services.*.deploy.resources.reservations.devices.*": _DEVICE,
    "services.*.deploy.restart_policy": "condition max_attempts",
    "services.*.devices.*": "permissions source target",
    "services.*.gpus.*": _DEVICE,
    "services.*.healthcheck": "disable interval retries start_interval start_period test timeout",
    "services.*.logging": "driver options",
    "services.*.networks.*": """driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips
        mac_address priority""",
    "services.*.ports.*": "mode protocol target",
    "services.*.post_start.*": _HOOK,
    "services.*.pre_stop.*": _HOOK,
    "services.*.secrets.*": "source target",
    "services.*.ulimits.*": "hard soft",
    "services.*.volumes.*": "bind image read_only target tmpfs type volume",
    "services.*.volumes.*.bind": "create_host_path propagation recursive selinux",
    "services.*.volumes.*.image": "subpath",
    "services.*.volumes.*.tmpfs": "mode size",
    "services.*.volumes.*.volume": "nocopy subpath",
    "volumes.*": "driver driver_opts",
}
"""Attributes that are applied as written: prefix -> names."""

_GROUPS: tuple[tuple[str, str, Row], ...] = (
    ("", "name", rewritten("replaced by the worktree's namespace")),
    ("", "version", ignored("it is obsolete in the specification")),
    ("", "include", supported("included files are read as part of the project")),
    ("include.*", "env_file path project_directory", supported("included files are read as part of the project")),
    ("", "models", ignored(_MODEL, _RUN_MODEL)),
    ("models.*", "context_size model name runtime_flags", ignored(_MODEL)),
    ("configs.*", "name", supported("not used on the engine: the content is copied into the containers")),
    ("secrets.*", "name", supported("not used on the engine: the content is copied into the containers")),
    ("configs.*", "external", _EXTERNAL_FILE),
    ("secrets.*", "external", _EXTERNAL_FILE),
    ("configs.*.external", "name", ignored("only Swarm stores configs")),
    ("secrets.*.external", "name", ignored("only Swarm stores secrets")),
    ("configs.*", "labels template_driver", ignored(_SWARM)),
    ("secrets.*", "driver driver_opts labels template_driver", ignored(_SWARM)),
    ("networks.*", "external", supported("an external resource is shared, as the file requests")),
    ("volumes.*", "external", supported("an external resource is shared, as the file requests")),
    ("networks.*.external", "name", supported("an external resource is shared and keeps its name")),
    ("volumes.*.external", "name", supported("an external resource is shared and keeps its name")),
    ("networks.*", "name", _OWN_NAME),
    ("volumes.*", "name", _OWN_NAME),
    ("networks.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("volumes.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("networks.*.ipam", "options", ignored(_UNREAD)),
    ("services.*", "attach", supported("`up --foreground` does not show the output of the service")),
    (
        "services.*",
        "container_name",
        rewritten("the container is named after the namespace; this name becomes an alias"),
    ),
    ("services.*", "cgroup ipc network_mode pid uts", _SHARED),
    ("services.*", "cpu_count cpu_percent isolation", supported("the engine uses it for Windows containers only")),
    ("services.*", "credential_spec", ignored("it applies to Windows containers only")),
    ("services.*.credential_spec", "config file registry", ignored("it applies to Windows containers only")),
    ("services.*", "develop", supported(_WATCH)),
    ("services.*.develop", "watch", supported(_WATCH)),
    ("services.*.develop.watch.*", "action exec ignore include initial_sync path target", supported(_WATCH)),
    ("services.*.develop.watch.*.exec", _HOOK, supported(_WATCH)),
    ("services.*", "env_file", supported("its variables are added to `environment`")),
    ("services.*.env_file.*", "format path required", supported("its variables are added to `environment`")),
    ("services.*", "extends", supported("the extended service is merged into this one")),
    ("services.*.extends", "file service", supported("the extended service is merged into this one")),
    ("services.*", "external_links", supported("the container must exist")),
    (
        "services.*",
        "image",
        (
            Case(
                status=Status.REWRITTEN,
                reason="a built image is tagged with the namespace, so that worktrees never share a tag",
                when="with `build`",
                applies=is_built,
            ),
            *supported(),
        ),
    ),
    ("services.*", "label_file", supported("its labels are added to `labels`")),
    ("services.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("services.*", "links volumes_from", rewritten("a service refers to its container in this worktree")),
    ("services.*", "models", ignored(_MODEL, _RUN_MODEL)),
    ("services.*.models.*", "endpoint_var model_var", ignored(_MODEL)),
    ("services.*", "networks", rewritten("a network that is not external is named after the namespace")),
    ("services.*.networks.*", "aliases", rewritten("the service's name and its `container_name` are added")),
    ("services.*", "ports", rewritten("published on host ports that are leased to this worktree")),
    ("services.*.ports.*", "published", rewritten("replaced by a host port that is leased to this worktree")),
    ("services.*.ports.*", "host_ip", supported("the default is 127.0.0.1, or `WTC_BIND`")),
    ("services.*.ports.*", "app_protocol name", supported("for information only: it has no effect on the engine")),
    ("services.*", "pre_start pull_refresh_after", ignored(_UNREAD)),
    ("services.*.pre_start.*", _HOOK, ignored(_UNREAD)),
    (
        "services.*",
        "provider",
        ignored("wtc does not run provider programs", "to use the provider, run it yourself"),
    ),
    ("services.*.provider", "options type", ignored("wtc does not run provider programs")),
    ("services.*", "pull_policy", supported("`refresh` means `missing`, as in Docker Compose")),
    (
        "services.*.build",
        "additional_contexts cache_from cache_to",
        supported(f"{_BUILDX} if the engine alone cannot do it"),
    ),
    ("services.*.build", "entitlements no_cache_filter privileged provenance sbom secrets ssh", supported(_BUILDX)),
    ("services.*.build", "isolation", supported("the engine uses it for Windows containers only")),
    ("services.*.build", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    (
        "services.*.build",
        "platforms",
        (
            Case(
                status=Status.REWRITTEN,
                reason="only the service's platform is built, or else the engine's",
                when="more than one",
                applies=is_several,
            ),
            *supported(),
        ),
    ),
    (
        "services.*.build.secrets.*",
        "gid mode uid",
        ignored("set it in the Dockerfile: `RUN --mount=type=secret,mode=...`"),
    ),
    ("services.*.build", "tags", rewritten("the image is tagged with the namespace only")),
    ("services.*.configs.*", "gid mode uid", _IDENTITY),
    ("services.*.secrets.*", "gid mode uid", _IDENTITY),
    (
        "services.*.deploy",
        "mode",
        (
            Case(
                status=Status.IGNORED,
                reason="wtc runs it like any other service",
                when="`global-job`, `replicated-job`",
                applies=is_job,
                hint="to make other services wait until it exits, write `condition: service_completed_successfully`",
            ),
            *supported("`global` means one container, because there is one engine"),
        ),
    ),
    ("services.*.deploy", "endpoint_mode labels placement rollback_config update_config", ignored(_SWARM)),
    ("services.*.deploy.placement", "constraints max_replicas_per_node preferences", ignored(_SWARM)),
    ("services.*.deploy.placement.preferences.*", "spread", ignored(_SWARM)),
    ("services.*.deploy.rollback_config", _UPDATE, ignored(_SWARM)),
    ("services.*.deploy.update_config", _UPDATE, ignored(_SWARM)),
    ("services.*.deploy.resources.reservations", "cpus generic_resources", ignored(_SWARM)),
    ("services.*.deploy.resources.reservations.generic_resources.*", "discrete_resource_spec", ignored(_SWARM)),
    (
        "services.*.deploy.resources.reservations.generic_resources.*.discrete_resource_spec",
        "kind value",
        ignored(_SWARM),
    ),
    ("services.*.deploy.restart_policy", "delay window", ignored("the engine decides when to restart a container")),
    (
        "services.*.volumes.*",
        "source",
        (
            Case(
                status=Status.REWRITTEN,
                reason="a volume that is not external is named after the namespace",
                when="a named volume",
                applies=is_named_volume,
            ),
            *supported(),
        ),
    ),
    ("services.*.volumes.*", "consistency", supported("engines no longer use it: all mounts are consistent")),
    ("services.*.volumes.*.volume", "labels", ignored("an anonymous volume carries the stack's labels only")),
)
"""All other attributes: (prefix, names, row)."""


def _rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    plain = ((prefix, names, supported()) for prefix, names in _PLAIN.items())
    for prefix, names, row in (*plain, *_GROUPS):
        for name in names.split():
            rows[f"{prefix}.{name}".lstrip(".")] = row
    return dict(sorted(rows.items()))


SUPPORT: dict[str, Row] = _rows()
"""Path pattern of an attribute -> its cases; sorted by pattern."""

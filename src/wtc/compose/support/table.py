"""What becomes of each attribute of the specification: the one table behind `inspect`, the warnings and `--strict`.

A row's cases are tried in order, the first that applies counts. `.context/compose-support.md` is made of this table.
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
        reason="`service:x` is the container of that service in this worktree",
        when="`service:x`",
        applies=names_service,
    ),
    *supported(),
)
_IDENTITY: Row = (
    Case(
        status=Status.IGNORED,
        reason="a file is mounted as it is, with the owner and the mode that it has",
        when="a `file:` source",
        applies=of_file,
        hint="to have it set, give the content by `environment:` or `content:`, or change the file itself",
    ),
    *supported(),
)
_OWN_NAME: Row = (
    Case(
        status=Status.HONOURED,
        reason="what is external is shared, under the name that it has",
        when="external",
        applies=of_external,
    ),
    *rewritten("it is named after the namespace and its key"),
)
_EXTERNAL_FILE: Row = (
    Case(
        status=Status.IGNORED,
        reason="only a Swarm keeps such things: a service that is given it is refused",
        when="`true`",
        applies=is_true,
        hint="to give it content, write `file:` or `environment:` in place of `external:`",
    ),
    *supported(),
)
_SWARM = "only a Swarm heeds it, and this is one engine"
_BUILDX = "through `docker buildx`"
_WATCH = "wtc does not watch files"
_MODEL = "wtc runs no models"
_UNREAD = "Docker Compose does not read it either"
_HOOK = "command environment privileged user working_dir"
_DEVICE = "capabilities count device_ids driver options"
_UPDATE = "delay failure_action max_failure_ratio monitor order parallelism"
_RUN_MODEL = "to have it, run the model yourself and give its address to the service as a variable"

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
"""What is carried out as the file has it, with nothing to add: prefix -> names."""

_GROUPS: tuple[tuple[str, str, Row], ...] = (
    ("", "name", rewritten("the worktree's namespace stands in its place")),
    ("", "version", ignored("the specification has given it up")),
    ("", "include", supported("what it names is read as part of the project")),
    ("include.*", "env_file path project_directory", supported("what it names is read as part of the project")),
    ("", "models", ignored(_MODEL, _RUN_MODEL)),
    ("models.*", "context_size model name runtime_flags", ignored(_MODEL)),
    ("configs.*", "name", supported("nothing on the engine bears it: the content goes into the containers")),
    ("secrets.*", "name", supported("nothing on the engine bears it: the content goes into the containers")),
    ("configs.*", "external", _EXTERNAL_FILE),
    ("secrets.*", "external", _EXTERNAL_FILE),
    ("configs.*.external", "name", ignored("an engine has no configs to look up")),
    ("secrets.*.external", "name", ignored("an engine has no secrets to look up")),
    ("configs.*", "labels template_driver", ignored(_SWARM)),
    ("secrets.*", "driver driver_opts labels template_driver", ignored(_SWARM)),
    ("networks.*", "external", supported("it is shared with whoever uses it, as the file asks")),
    ("volumes.*", "external", supported("it is shared with whoever uses it, as the file asks")),
    ("networks.*.external", "name", supported("what is external is shared, under the name that it has")),
    ("volumes.*.external", "name", supported("what is external is shared, under the name that it has")),
    ("networks.*", "name", _OWN_NAME),
    ("volumes.*", "name", _OWN_NAME),
    ("networks.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("volumes.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("networks.*.ipam", "options", ignored(_UNREAD)),
    ("services.*", "attach", ignored("`up --foreground` shows what every service writes")),
    ("services.*", "container_name", rewritten("the container is named after the namespace; this is an alias of it")),
    ("services.*", "cgroup ipc network_mode pid uts", _SHARED),
    ("services.*", "cpu_count cpu_percent isolation", supported("the engine heeds it for Windows containers alone")),
    ("services.*", "credential_spec", ignored("it is for Windows containers")),
    ("services.*.credential_spec", "config file registry", ignored("it is for Windows containers")),
    ("services.*", "develop", supported("nothing of it is needed to run the service")),
    ("services.*.develop", "watch", ignored(_WATCH, "to take changes in, run `wtc up` again, or mount the folder")),
    ("services.*.develop.watch.*", "action exec ignore include initial_sync path target", ignored(_WATCH)),
    ("services.*.develop.watch.*.exec", _HOOK, ignored(_WATCH)),
    ("services.*", "env_file", supported("its variables are part of `environment`")),
    ("services.*.env_file.*", "format path required", supported("its variables are part of `environment`")),
    ("services.*", "extends", supported("what it names is part of the service")),
    ("services.*.extends", "file service", supported("what it names is part of the service")),
    ("services.*", "external_links", supported("the container has to be there, whoever made it")),
    (
        "services.*",
        "image",
        (
            Case(
                status=Status.REWRITTEN,
                reason="what is built here is tagged with the namespace, so that two worktrees never share a tag",
                when="beside `build`",
                applies=is_built,
            ),
            *supported(),
        ),
    ),
    ("services.*", "label_file", supported("its labels are part of `labels`")),
    ("services.*", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    ("services.*", "links volumes_from", rewritten("a service is its container in this worktree")),
    ("services.*", "models", ignored(_MODEL, _RUN_MODEL)),
    ("services.*.models.*", "endpoint_var model_var", ignored(_MODEL)),
    ("services.*", "networks", rewritten("a network that is not external is named after the namespace")),
    ("services.*.networks.*", "aliases", rewritten("the service's name and its `container_name` are added")),
    ("services.*", "ports", rewritten("published on host ports that are leased to this worktree")),
    ("services.*.ports.*", "published", rewritten("a host port that is leased to this worktree stands in its place")),
    ("services.*.ports.*", "host_ip", supported("without it the port is bound to 127.0.0.1, or to `WTC_BIND`")),
    ("services.*.ports.*", "app_protocol name", supported("it tells people, and changes nothing on an engine")),
    ("services.*", "pre_start pull_refresh_after", ignored(_UNREAD)),
    ("services.*.pre_start.*", _HOOK, ignored(_UNREAD)),
    (
        "services.*",
        "provider",
        ignored("wtc starts containers, and no other programs", "to have it, start it yourself"),
    ),
    ("services.*.provider", "options type", ignored("wtc starts containers, and no other programs")),
    ("services.*", "pull_policy", supported("`refresh` alone is `missing`, as for Docker Compose")),
    (
        "services.*.build",
        "additional_contexts cache_from cache_to",
        supported(f"{_BUILDX} where an engine alone cannot"),
    ),
    ("services.*.build", "entitlements no_cache_filter privileged provenance sbom secrets ssh", supported(_BUILDX)),
    ("services.*.build", "isolation", supported("the engine heeds it for Windows containers alone")),
    ("services.*.build", "labels", rewritten("wtc's and Docker Compose's labels are added")),
    (
        "services.*.build",
        "platforms",
        (
            Case(
                status=Status.REWRITTEN,
                reason="of several the service's, or else the engine's own, is built: it runs no other",
                when="more than one",
                applies=is_several,
            ),
            *supported(),
        ),
    ),
    (
        "services.*.build.secrets.*",
        "gid mode uid",
        ignored("the Dockerfile says it: `RUN --mount=type=secret,mode=...`"),
    ),
    ("services.*.build", "tags", rewritten("the image is tagged with the namespace alone")),
    ("services.*.configs.*", "gid mode uid", _IDENTITY),
    ("services.*.secrets.*", "gid mode uid", _IDENTITY),
    (
        "services.*.deploy",
        "mode",
        (
            Case(
                status=Status.IGNORED,
                reason="wtc runs it as any other service",
                when="`global-job`, `replicated-job`",
                applies=is_job,
                hint="to have others wait for its end, write `condition: service_completed_successfully`",
            ),
            *supported("`global` is one container: there is one engine"),
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
    ("services.*.deploy.restart_policy", "delay window", ignored("an engine decides by itself when it restarts")),
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
    ("services.*.volumes.*", "consistency", supported("engines have given it up: all mounts are consistent")),
    ("services.*.volumes.*.volume", "labels", ignored("a volume without a name bears the stack's labels alone")),
)
"""The rest: prefix, names, what becomes of them."""


def _rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    plain = ((prefix, names, supported()) for prefix, names in _PLAIN.items())
    for prefix, names, row in (*plain, *_GROUPS):
        for name in names.split():
            rows[f"{prefix}.{name}".lstrip(".")] = row
    return dict(sorted(rows.items()))


SUPPORT: dict[str, Row] = _rows()
"""Attribute's path pattern -> its cases; sorted."""

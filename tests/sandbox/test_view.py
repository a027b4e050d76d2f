"""The bubblewrap command line, as a literal."""

from wtc.sandbox.view import Mount, SandboxView, bwrap_arguments


def test_users_sandbox_has_own_namespaces_and_the_workspace() -> None:
    view = SandboxView(system=("/usr", "/etc"), workspace="/src/x", shared=("/specs", "/run/a.sock"))
    assert " ".join(bwrap_arguments(view)) == (
        "bwrap --unshare-pid --unshare-net --unshare-ipc --die-with-parent"
        " --ro-bind /usr /usr --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp"
        " --bind /src/x /src/x --bind /specs /specs --bind /run/a.sock /run/a.sock --chdir /src/x --"
    )


def test_roots_sandbox_drops_capabilities_and_covers_what_root_owns() -> None:
    view = SandboxView(
        system=("/etc",),
        kernel=("/proc/sys",),
        hidden_files=("/etc/shadow",),
        hidden_folders=("/etc/ssl/private",),
        workspace="/src/x",
        created=("/root",),
        covered=("/src/x/.worktrees/y",),
        shared=("/specs",),
        mounts=(Mount(path="/src/.git", writable=True), Mount(path="/src/.git/config")),
        as_root=True,
        new_session=True,
    )
    assert " ".join(bwrap_arguments(view)) == (
        "bwrap --unshare-pid --unshare-net --unshare-ipc --die-with-parent --new-session"
        " --cap-drop ALL --cap-add CAP_CHOWN --cap-add CAP_DAC_OVERRIDE --cap-add CAP_FOWNER"
        " --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp --ro-bind /proc/sys /proc/sys"
        " --ro-bind /dev/null /etc/shadow --tmpfs /etc/ssl/private --dir /root --bind /src/x /src/x"
        " --tmpfs /src/x/.worktrees/y --bind /specs /specs"
        " --bind /src/.git /src/.git --ro-bind /src/.git/config /src/.git/config --chdir /src/x --"
    )

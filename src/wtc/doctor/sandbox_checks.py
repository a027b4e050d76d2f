"""Check the sandbox: whether bubblewrap works, and what enforces limits. Both are optional."""

from pathlib import Path

from wtc.doctor.finding import Finding, passed, without
from wtc.sandbox import BwrapSandbox, Enforcement, Method, ResourceLimits, SandboxUnavailableError, check_available
from wtc.sandbox.cgroups import remove_groups
from wtc.sandbox.enforcement import enforce_limits, limit_names
from wtc.sandbox.view import TEMPORARY

_TRIED = ResourceLimits(memory_limit_mb=64, cpu_quota_percent=100, pid_limit=64)


def check_sandbox() -> list[Finding]:
    """Start `true` in a sandbox and create control groups as a sandbox with limits does, then remove both."""
    import asyncio

    return asyncio.run(_check_sandbox())


async def _check_sandbox() -> list[Finding]:
    unavailable: SandboxUnavailableError | None = None
    try:
        await check_available(BwrapSandbox(Path(TEMPORARY), [], [], None).view())
    except SandboxUnavailableError as error:
        unavailable = error
    enforcement = await enforce_limits(_TRIED, sandboxed=unavailable is None, best_effort=True)
    await remove_groups(enforcement.groups)
    return [sandbox_finding(unavailable), limits_finding(enforcement)]


def sandbox_finding(unavailable: SandboxUnavailableError | None) -> Finding:
    """Return the finding for what the probe raised, if anything. Pure."""
    if unavailable is None:
        return passed("sandbox", "bubblewrap can start a sandbox")
    return without("sandbox", ": ".join([unavailable.message, *unavailable.causes]), unavailable.hints[0])


def limits_finding(enforcement: Enforcement) -> Finding:
    """Return the finding for limits of each kind. Pure."""
    held = [f"{limit_names(names)} by {method}" for method in Method if (names := enforcement.limited_by(method))]
    if not enforcement.missing:
        return passed("sandbox limits", "; ".join(held))
    reasons = "; ".join(dict.fromkeys(enforcement.missing.values()))
    text = "; ".join([*held, f"nothing enforces {limit_names(enforcement.missing)}: {reasons}"])
    return without("sandbox limits", text, "to leave out what cannot be enforced, run `wtc sandbox --best-effort`")

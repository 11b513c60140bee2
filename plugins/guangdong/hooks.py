"""Guangdong's answers to the contract; the manual beside them is in README.md."""
from core.api import CertificateFacts, Ctx, Deadline, hookimpl
from plugins.guangdong.rules import in_the_task


@hookimpl
def resolve_deadline(ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
    """GD-01, GD-02: the end of 2020 (`deadline.ends`) is set for the certificates of the task; no other is hurried."""
    return None if in_the_task(ctx.rules(), certificate) else Deadline()

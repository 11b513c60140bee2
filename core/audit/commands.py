"""`jianxue faces …`: thresholds by what auditors decided."""
from collections.abc import Iterable
from typing import Protocol

import click

from core.audit.calibrating import report
from core.presence.queries import match_rules
from core.tenancy import Tenant, unit_of_work


class Installation(Protocol):
    """What the command line opens for every command."""

    def tenants(self, slug: str | None) -> Iterable[Tenant]: ...


@click.group()
def faces() -> None:
    """人脸：比对阈值。"""


@faces.command("calibrate")
@click.option("--tenant", "slug", default=None, help="只看这一个租户。")
@click.pass_obj
def calibrate(installation: Installation, slug: str | None) -> None:
    """按审核员判定过的照片，列出各阈值的误通过、误拒和需人工核对的比例，够数时给出建议；不修改任何设置。"""
    for item in installation.tenants(slug):
        click.echo(f"== {item.slug} {item.name}")
        with unit_of_work(item) as ctx:
            for line in report(ctx, match_rules(ctx)):
                click.echo(line)

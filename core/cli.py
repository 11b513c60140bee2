"""`jianxue …`: every command of the installation."""
import sys

import click

from core.app import open_tenants
from core.base.config import Config, ConfigError, load_config
from core.extension import PluginError
from core.migrating import upgrade_tenant
from core.tenancy import Directory, Tenant, UnknownTenant


class Installation:
    """Opened once per command, so that a wrong setting is one sentence and not a traceback."""

    def __init__(self) -> None:
        try:
            self.config: Config = load_config()
            self.directory: Directory = open_tenants(self.config)
        except (ConfigError, PluginError) as error:
            raise click.ClickException(str(error)) from None

    def tenants(self, slug: str | None) -> list[Tenant]:
        if slug is None:
            return list(self.directory)
        try:
            return [self.directory.by_slug(slug)]
        except UnknownTenant as error:
            raise click.ClickException(str(error)) from None


@click.group()
def main() -> None:
    """建学：施工现场专业人员继续教育平台。"""


@main.group()
def tenant() -> None:
    """租户。"""


@tenant.command("list")
def tenant_list() -> None:
    """每个租户的网址与插件。"""
    for item in Installation().tenants(None):
        plugins = "、".join(item.file.plugins) or "—"
        click.echo(f"{item.slug}\t{item.name}\t{'、'.join(item.file.hosts)}\t{plugins}")


@main.group()
def db() -> None:
    """数据库。"""


@db.command("upgrade")
@click.option("--tenant", "slug", default=None, help="只升级这一个租户。")
def db_upgrade(slug: str | None) -> None:
    """把每个租户的数据库升级到最新；一个失败不影响其他。"""
    failed = []
    for item in Installation().tenants(slug):
        try:
            upgrade_tenant(item)
            click.echo(f"{item.slug}：已是最新")
        except Exception as error:
            failed.append(item.slug)
            click.echo(f"{item.slug}：升级失败，数据库保持原样：{error}", err=True)
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()

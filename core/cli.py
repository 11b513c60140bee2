"""`jianxue …`: every command of the installation."""
import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
from sqlalchemy import select

from core.app import open_tenants
from core.audit.commands import faces
from core.base.business_date import BusinessClock
from core.base.clock import local, local_date
from core.base.config import ROOT, Config, ConfigError, Mode, load_config
from core.base.doorbell import Doorbell
from core.base.embedded_redis import NoRedisServer
from core.base.outbox import QUEUES, JobState, OutboxRow, revive
from core.base.supervisor import ChildFailed, Supervisor
from core.checking import check_tenant
from core.course import recompute, verify_hours
from core.demo.filling import fill_demo, welcome
from core.extension import PluginError
from core.migrating import folders, known_plugins, remove_plugin, upgrade_tenant
from core.roles import RoleTooStrong, give_role
from core.running import children, local_environment
from core.tenancy import Directory, Tenant, UnknownTenant, bound, unit_of_work
from core.testing.findings import table
from core.testing.kit import CHECKS, Kit
from core.testing.scratch import Source
from core.testing.skeleton import BadName, write_override, write_skeleton
from core.work import crew_forever, relay_forever, work_forever

T = TypeVar("T")


class Installation:
    """Opened once per command, so that a wrong setting is one sentence and not a traceback."""

    @cached_property
    def local(self) -> dict[str, str]:
        """What this machine adds to the environment by itself."""
        return local_environment(os.environ)

    @cached_property
    def config(self) -> Config:
        os.environ.update(self.local)
        return _told(load_config)

    @cached_property
    def directory(self) -> Directory:
        config = self.config
        return _told(lambda: open_tenants(config))

    def demonstrate(self) -> None:
        """Demo rules from here on (a class hour of 6 s); before the settings are read."""
        os.environ["JIANXUE_DEMO"] = "1"
        if self.config.mode is Mode.PRODUCTION:
            raise click.ClickException("JIANXUE_MODE=production：演示数据和沙箱支付不得用于生产")

    def tenants(self, slug: str | None) -> list[Tenant]:
        if slug is None:
            return list(self.directory)
        try:
            return [self.directory.by_slug(slug)]
        except UnknownTenant as error:
            raise click.ClickException(str(error)) from None

    @property
    def redis_url(self) -> str:
        assert self.config.redis_url is not None  # the embedded one's address is added where none is set
        return self.config.redis_url


def _told(read: Callable[[], T]) -> T:
    try:
        return read()
    except (ConfigError, PluginError, NoRedisServer, RoleTooStrong) as error:
        raise click.ClickException(str(error)) from None


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """建学：施工现场专业人员继续教育平台。"""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    context.obj = Installation()


@main.command()
@click.option("--demo", is_flag=True, help="演示：升级数据库、写入演示数据、附带沙箱支付。")
@click.pass_obj
def run(installation: Installation, demo: bool) -> None:
    """启动全部进程：网站、后台任务、人脸、Redis；Ctrl-C 结束。"""
    embedded = "JIANXUE_REDIS_URL" in installation.local
    if demo:
        installation.demonstrate()
        _upgrade(installation.tenants(None))
    config = installation.config
    _refuse_taken_port(config.port)
    supervisor = Supervisor(_told(lambda: children(config, installation.directory, embedded_redis=embedded)))
    try:
        asyncio.run(supervisor.run(on_ready=lambda: click.echo(welcome(config, installation.directory))))
    except ChildFailed as error:
        raise click.ClickException(str(error)) from None


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"端口 {port} 已被占用：结束占用它的程序，或用 JIANXUE_PORT 换一个") from None


@main.command()
@click.option("--queue", type=click.Choice(QUEUES), default=None, help="只做这一个队列；不给则全部，连同转发。")
@click.option("--relay", is_flag=True, help="只做转发：把数据库里到期的任务送进队列。")
@click.pass_obj
def worker(installation: Installation, queue: str | None, relay: bool) -> None:
    """后台任务。"""
    directory, url = installation.directory, installation.redis_url
    if relay:
        relay_forever(directory, url)
    elif queue is None:
        crew_forever(directory, url)
    else:
        work_forever(directory, url, queue)


@main.group()
def jobs() -> None:
    """任务：看失败的，再试一次。"""


@jobs.command("list")
@click.option("--tenant", "slug", default=None)
@click.option("--state", type=click.Choice([state.value for state in JobState]), default=JobState.DEAD.value)
@click.pass_obj
def jobs_list(installation: Installation, slug: str | None, state: str) -> None:
    """列出任务，默认列出失败五次而停下的。"""
    for item in installation.tenants(slug):
        with unit_of_work(item) as ctx:
            for row in ctx.db.scalars(select(OutboxRow).where(OutboxRow.state == state).order_by(OutboxRow.id)):
                reason = (row.last_error or "").strip().rsplit("\n", 1)[-1]
                click.echo(f"{item.slug}\t{row.id}\t{row.kind}\t{local(row.created_at):%Y-%m-%d %H:%M}\t{reason}")


@jobs.command("retry")
@click.argument("slug")
@click.argument("row_id", type=click.UUID)
@click.pass_obj
def jobs_retry(installation: Installation, slug: str, row_id: UUID) -> None:
    """让停下的任务从头再试。"""
    [item] = installation.tenants(slug)
    with unit_of_work(item) as ctx:
        row = ctx.db.get(OutboxRow, row_id)
        if row is None or row.state != JobState.DEAD:
            raise click.ClickException(f"{slug} 没有停下的任务 {row_id}，用 jianxue jobs list 查看")
        revive(row, ctx.now)
        ctx.record("job.retry", row.id, kind=row.kind)
    Doorbell(installation.redis_url).ring(slug)


@main.group()
def hours() -> None:
    """学时：账目与证据是否一致。"""


@hours.command("recompute")
@click.option("--tenant", "slug", default=None, help="只核对这一个租户。")
@click.pass_obj
def hours_recompute(installation: Installation, slug: str | None) -> None:
    """按收到的心跳重新计算每一段学习，与学时账目逐项对照；有出入时以状态 1 结束。"""
    differ = False
    for item in installation.tenants(slug):
        with unit_of_work(item) as ctx:
            found = recompute(ctx)
        for difference in found.differences:
            click.echo(f"{item.slug}\t{difference.lease_id}\t{difference.what}", err=True)
        differ = differ or bool(found.differences)
        click.echo(f"{item.slug}：核对 {found.leases} 次学习、{found.beats} 次心跳，{len(found.differences)} 处不一致；"
                   f"其中 {found.pruned} 次学习的心跳已按期清理，只核对证据与账目")
    if differ:
        sys.exit(1)


@hours.command("verify")
@click.option("--tenant", "slug", default=None, help="只核对这一个租户。")
@click.pass_obj
def hours_verify(installation: Installation, slug: str | None) -> None:
    """按封存的摘要核对学时账目：被改、被删、事后补入的行逐一指出；有发现时以状态 1 结束。"""
    touched = False
    for item in installation.tenants(slug):
        with bound(item), item.session(write=False) as session:
            found = verify_hours(session)
        for finding in found.findings:
            click.echo(f"{item.slug}\t{finding.where}\t{finding.what}", err=True)
        touched = touched or bool(found.findings)
        click.echo(f"{item.slug}：核对 {found.batches} 批、{found.rows} 行，{len(found.findings)} 处不符；"
                   f"另有 {found.unsealed} 行尚未封存")
    if touched:
        sys.exit(1)


main.add_command(faces)


@main.group()
def tenant() -> None:
    """租户。"""


@tenant.command("list")
@click.pass_obj
def tenant_list(installation: Installation) -> None:
    """每个租户的网址与插件。"""
    for item in installation.tenants(None):
        plugins = "、".join(item.file.plugins) or "—"
        click.echo(f"{item.slug}\t{item.name}\t{'、'.join(item.file.hosts)}\t{plugins}")


@tenant.command("check")
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="结果写成 JSON。")
@click.option("--only", type=click.Choice(CHECKS), multiple=True, help="只做这一项，可重复；不给则全做。")
@click.option("--with", "also", multiple=True, help="连同这个还没有启用的插件一起检查，可重复。")
@click.pass_obj
def tenant_check(installation: Installation, slug: str | None, as_json: bool, only: tuple[str, ...],
                 also: tuple[str, ...]) -> None:
    """检查设置、插件、数据库版本与存储；给出 SLUG 时另做插件契约的全部检查。有问题时说明并以 1 结束。"""
    report = None
    if slug is not None:
        [item] = installation.tenants(slug)
        report = Kit(slug, Source(installation.config.tenants, also={slug: also})).run(only or CHECKS)
    problems = [problem for item in installation.tenants(slug) for problem in check_tenant(item)]
    passed = not problems and (report is None or report.passed)
    if as_json:
        document = report.as_document() if report else {}
        click.echo(json.dumps({**document, "passed": passed, "installation": problems}, ensure_ascii=False, indent=2))
    else:
        if report is not None:
            click.echo(table(report))
        for problem in problems:
            click.echo(problem, err=True)
        if passed:
            click.echo("没有问题")
    if not passed:
        sys.exit(1)


@main.group()
def plugin() -> None:
    """插件。"""


@plugin.command("new")
@click.argument("name")
@click.option("--title", default="", help="平台名称，例如 湖北省住房城乡建设人员培训平台。")
@click.option("--row", default="", help="手册行号的前缀，例如 HB；不给则取名字的前两个字母。")
@click.option("--at", "folder", type=click.Path(file_okay=False, exists=True, path_type=Path), default=".",
              help="写到哪个目录，默认是当前目录。")
def plugin_new(name: str, title: str, row: str, folder: Path) -> None:
    """写一个新省份的骨架：插件、租户设置和测试；已有的文件一概不动。"""
    try:
        made = write_skeleton(folder, name, title=title, row=row)
    except BadName as error:
        raise click.ClickException(str(error)) from None
    for path in made.files:
        click.echo(f"写好 {path}")
    if made.registered:
        click.echo(f"入口已登记：{made.entry_point}")
    else:
        click.echo(f"请在 jianxue.plugins 这一组入口里加一行：{made.entry_point}")
    click.echo("重新安装后入口生效（本仓库 make setup-test，自己的包 pip install -e .），然后检查：")
    click.echo(f"  jianxue tenant check {name}")


@plugin.command("override")
@click.argument("name")
@click.argument("template")
def plugin_override(name: str, template: str) -> None:
    """在插件里写一个替换核心模板的模板，例如 certificate/list.html；已有的不动。"""
    try:
        click.echo(f"写好 {write_override(name, template)}")
    except BadName as error:
        raise click.ClickException(str(error)) from None


@tenant.command("date")
@click.argument("slug")
@click.argument("day", required=False)
@click.pass_obj
def tenant_date(installation: Installation, slug: str, day: str | None) -> None:
    """租户的业务日期：只给 SLUG 时显示；DAY 为 2020-12-20 这样的日期，或 today（真实日期）。只用于演示和测试。"""
    [item] = installation.tenants(slug)
    clock = item.clock
    if not isinstance(clock, BusinessClock):
        raise click.ClickException("JIANXUE_MODE=production：业务日期只供演示和测试，生产环境一律按真实日期")
    if day is not None:
        wanted = local_date(clock.wall()) if day == "today" else _date(day)
        if _told(lambda: clock.set(wanted)) < timedelta(0):
            click.echo("注意：时间往回走了，此前写下的记录都在“将来”；要从头来过，请先 make clean。", err=True)
    click.echo(f"{slug}：业务日期 {local_date(clock.now())}")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text}：应为 2020-12-20 这样的日期，或 today") from None


@main.group()
def db() -> None:
    """数据库。"""


@db.command("upgrade")
@click.option("--tenant", "slug", default=None, help="只升级这一个租户。")
@click.pass_obj
def db_upgrade(installation: Installation, slug: str | None) -> None:
    """把每个租户的数据库升级到最新；一个失败不影响其他。"""
    _upgrade(installation.tenants(slug))


@db.command("role")
@click.argument("role")
@click.option("--tenant", "slug", default=None, help="只做这一个租户。")
@click.option("--execute", is_flag=True, help="直接执行；不给则只打印语句。")
@click.pass_obj
def db_role(installation: Installation, role: str, slug: str | None, execute: bool) -> None:
    """PostgreSQL：给网站所用的角色 ROLE 授权；学时账目等只增不改的表，它不能改也不能删。由表的所有者执行。"""
    for item in installation.tenants(slug):
        click.echo("\n".join(_told(partial(give_role, item, role, execute))))


@db.command("remove-plugin")
@click.argument("slug")
@click.argument("plugin")
@click.confirmation_option(prompt="这个插件在该租户的全部数据将被删除，确定吗？")
@click.pass_obj
def db_remove_plugin(installation: Installation, slug: str, plugin: str) -> None:
    """删除一个已停用的插件在一个租户的数据表，连同其中的数据。"""
    [item] = installation.tenants(slug)
    if plugin in item.file.plugins:
        raise click.ClickException(f"{slug} 还在使用 {plugin}：先从 {slug}.toml 的 plugins 中去掉它，再重新启动")
    if plugin not in folders(known_plugins(item)):
        raise click.ClickException(f"没有安装带数据表的插件 {plugin}")
    remove_plugin(item, plugin)
    click.echo(f"{slug}：{plugin} 的数据表已删除")


def _upgrade(tenants: list[Tenant]) -> None:
    failed = []
    for number, item in enumerate(tenants, 1):
        counter = f"[{number}/{len(tenants)}] {item.slug}"
        try:
            upgrade_tenant(item)
            click.echo(f"{counter}：数据库已是最新")
        except Exception as error:  # whatever it is, the other tenants are still to be done
            failed.append(item.slug)
            click.echo(f"{counter}：升级失败，数据库保持原样：{error}", err=True)
    if failed:
        raise click.ClickException(f"未能升级：{'、'.join(failed)}")


@main.command()
@click.option("--tenant", "slug", default=None, help="只给这一个租户。")
@click.pass_obj
def demo(installation: Installation, slug: str | None) -> None:
    """写入演示数据：各种角色的人、课程与课时、题库；已有的不重复写。"""
    installation.demonstrate()
    fill_demo(installation.tenants(slug), click.echo)


@main.command()
@click.argument("keys", nargs=-1)
@click.pass_obj
def bench(installation: Installation, keys: tuple[str, ...]) -> None:
    """测量速度，约五分钟；结果在 var/bench.json。"""
    sys.exit(subprocess.call([sys.executable, "-m", "bench", *keys], cwd=ROOT))


if __name__ == "__main__":
    main()

"""The tenant's plugins as an administrator sees them: what each changes, and whether it keeps the contract."""
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict, NotFound
from core.console.models import PluginCheck
from core.extension.loading import implemented, installed_plugins
from core.extension.overlay import templates_of
from core.tenancy import Ctx

JOB = "console.check_plugins"
LONGEST_SECONDS = 300
LOST_AFTER = timedelta(minutes=30)
KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JIANXUE_FONT")
"""The check runs a plugin's code: it gets no key, no database and no address of the installation."""
_ROW = re.compile(r"\b(?:[A-Z]{1,3}-\d+|A\.7)")


class CheckState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class HookLine:
    """A hook that a plugin implements, with the rows that its docstring names."""

    name: str
    rows: str


@dataclass(frozen=True)
class PluginLine:
    """What one plugin changes: behaviour by hooks, layouts by templates; `pages` are its own templates."""

    name: str
    hooks: tuple[HookLine, ...]
    templates: tuple[str, ...]
    pages: int


def plugins_on(ctx: Ctx) -> list[PluginLine]:
    """The tenant's plugins in the order in which they are asked."""
    return [_line(ctx, name) for name in ctx.tenant.file.plugins]


def plugins_off(ctx: Ctx) -> list[str]:
    """What is installed and not on at this tenant."""
    return sorted(set(installed_plugins()) - set(ctx.tenant.file.plugins))


def _line(ctx: Ctx, name: str) -> PluginLine:
    templates = [path for plugin, path in templates_of(ctx.tenant) if plugin == name]
    own = [path for path in templates if path.startswith(f"{name}/")]
    hooks = [HookLine(hook, "、".join(dict.fromkeys(_ROW.findall(function.__doc__ or ""))))
             for hook, function in implemented(ctx.tenant.plugins.get_plugin(name))]
    return PluginLine(name, tuple(hooks), tuple(path for path in templates if path not in own), len(own))


def latest_check(ctx: Ctx) -> PluginCheck | None:
    return ctx.db.scalar(select(PluginCheck).order_by(PluginCheck.asked_at.desc(), PluginCheck.id.desc()).limit(1))


def under_way(ctx: Ctx, row: PluginCheck | None) -> bool:
    """Whether a check runs; one whose worker was lost is given up after a while."""
    return row is not None and row.state == CheckState.WAITING and ctx.now - row.asked_at < LOST_AFTER


def ask_check(ctx: Ctx, plugin: str = "") -> PluginCheck:
    """Have the plugins checked behind the request; with `plugin` as if that one were on too. One at a time."""
    if plugin and plugin not in plugins_off(ctx):
        raise NotFound("no_plugin", _("没有这个未启用的插件。请刷新页面再选。"))
    if under_way(ctx, latest_check(ctx)):
        raise Conflict("check_running", _("检查正在进行，完成后结果会显示在这里。"))
    row = PluginCheck(plugin=plugin, state=CheckState.WAITING, asked_at=ctx.now, asked_by=ctx.actor.name)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.enqueue(JOB, {"check": str(row.id)})
    ctx.record("console.check_plugins", row.id, plugin=plugin)
    return row


def run_check(ctx: Ctx, check_id: Id, arguments: Sequence[str] = ()) -> None:
    """Run the kit in a process of its own and keep what it says; `arguments` are further ones of `core.testing`."""
    row = ctx.db.get(PluginCheck, check_id)
    if row is None or row.state != CheckState.WAITING:
        return
    command = [sys.executable, "-m", "core.testing", ctx.tenant.slug, str(ctx.tenant.config.tenants), *arguments]
    if row.plugin:
        command += ["--with", row.plugin]
    ctx.commit()  # nobody waits for the check behind this transaction
    report, problem = _report(command)
    row.report, row.problem, row.done_at = dict(report), problem, ctx.tenant.clock.now()
    row.state = CheckState.FAILED if problem else CheckState.DONE
    ctx.db.flush()


def _report(command: Sequence[str]) -> tuple[Mapping[str, Any], str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=LONGEST_SECONDS)
        return json.loads(done.stdout), ""
    except subprocess.TimeoutExpired:
        return {}, _("检查超过 %(minutes)s 分钟没有结束，已停止。可能有插件一直不返回。", minutes=LONGEST_SECONDS // 60)
    except ValueError:
        said = done.stderr.strip().splitlines()[-1:] or [""]
        return {}, _("检查没有做完：%(reason)s", reason=said[0][:300])

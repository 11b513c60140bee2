"""查看培训机构: compared by the five criteria, for enterprises and for anybody else (ZJ-13, ZJ-14)."""
from collections.abc import Mapping

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue

from core.api import Ctx, Role
from core.api.organization import MODE_WORDS, SANCTION_WORDS, posts
from core.api.web import PUBLIC, JianxueFlask, Permission, current_ctx, page, page_in, policy

from plugins.zhejiang.institutions.funnel import KIND_WORDS, LEAST
from plugins.zhejiang.institutions.queries import Asked, asked_of, compared
from plugins.zhejiang.institutions.rules import ORDER_WORDS, Compared
from plugins.zhejiang.institutions.watch import watched
from plugins.zhejiang.settings import rules_of

bp = Blueprint("zj_institutions", __name__, template_folder="../templates")
NEW_BATCH = "zj_batch.new"
DEFAULT_DAYS = 365
PERIODS: Mapping[str, int] = {"90": 90, "180": 180, "365": DEFAULT_DAYS}


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/zj/institutions/")
@policy(PUBLIC)
def comparison() -> ResponseReturnValue:
    """The address says what is compared, so that it can be sent to somebody."""
    ctx = current_ctx()
    asked = asked_of(ctx, *(request.args.get(key, "") for key in ("post", "mode", "city", "order", "q")))
    rows = compared(ctx, asked)
    offered = [row for row in rows if row.offer is not None]
    return page("zhejiang/institutions/comparison.html", asked=asked, page=page_in(rows, request.args, size=20),
                offering=len(offered), usual=offered[0].usual_fen if offered else None, posts=posts(ctx),
                modes=MODE_WORDS, orders=ORDER_WORDS, cities=rules_of(ctx).cities, notice=rules_of(ctx).strictness,
                sanctions=SANCTION_WORDS, choose=lambda row: _choose(ctx, asked, row))


@bp.get("/zj/institutions/watch")
@policy(Permission.SUPERVISE)
def watch() -> ResponseReturnValue:
    """公平监测 (C-21): who lies outside what chance allows; a figure is a reason to look, not a verdict."""
    ctx = current_ctx()
    days = PERIODS.get(request.args.get("days", ""), DEFAULT_DAYS)
    rows = watched(ctx, days)
    return page("zhejiang/institutions/watch.html", page=page_in(rows, request.args, size=20), days=days,
                periods=PERIODS, kinds=KIND_WORDS, least=LEAST, flagged=sum(row.flags > 0 for row in rows),
                late_days=rules_of(ctx).review_days)


def _choose(ctx: Ctx, asked: Asked, row: Compared) -> str:
    """Where an enterprise goes on with this institution; "" for who cannot. Who is not signed in yet is asked to."""
    may = not ctx.actor.signed_in or Role.ENTERPRISE in ctx.actor.roles
    if not row.chosen or not may or NEW_BATCH not in current_app.view_functions:
        return ""
    assert asked.post is not None
    return url_for(NEW_BATCH, institution=row.institution.id, post=asked.post.id, mode=asked.mode.value)

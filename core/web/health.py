"""`/-/health`: what a load balancer and an operator ask; counts only, nothing of anybody."""
import time

from flask import Response, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.access import PUBLIC, policy
from core.base.doorbell import Doorbell
from core.base.outbox import JobState, OutboxRow
from core.web.application import JianxueFlask, current_ctx


def install(app: JianxueFlask, doorbell: Doorbell) -> None:
    """Add the page; 503 when this tenant's database does not answer. Without Redis pages go on, so it is 200."""

    @policy(PUBLIC)
    def health() -> tuple[Response, int]:
        started = time.perf_counter()
        try:
            waiting, oldest, dead = _jobs()
        except SQLAlchemyError as error:
            return jsonify(database=type(error).__name__), 503
        return jsonify(database="ok", database_ms=round((time.perf_counter() - started) * 1000, 1),
                       redis="ok" if doorbell.answers() else "silent",
                       jobs={"waiting": waiting, "oldest_seconds": oldest, "dead": dead}), 200

    app.add_url_rule("/-/health", "health", health)


def _jobs() -> tuple[int, float, int]:
    ctx = current_ctx()
    waiting, oldest = ctx.db.execute(
        select(func.count(), func.min(OutboxRow.not_before))
        .where(OutboxRow.state == JobState.WAITING, OutboxRow.not_before <= ctx.now)).one()
    dead = ctx.db.scalar(select(func.count()).where(OutboxRow.state == JobState.DEAD))
    return waiting, round((ctx.now - oldest).total_seconds(), 1) if oldest else 0.0, dead or 0

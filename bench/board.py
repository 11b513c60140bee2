"""`board`: an enterprise of 5,000 employees in the middle of their study looks at its board, on PostgreSQL."""
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, select

from bench.harness import served
from bench.study import open_studies
from bench.world import World, open_worlds
from core.base.db import new_id
from core.cycle import Enrollment
from core.identity import open_full_session
from core.identity.models import Account
from core.tenancy import unit_of_work
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.board.service import look
from plugins.zhejiang.enterprise.models import Enterprise
from tests.plugins.zhejiang import scene

EMPLOYEES = 5_000
LEDGER_ROWS = 20
"""Of each employee."""


def run() -> dict[str, float]:
    """`p95_ms` of the page as one clerk waits for it, filters in turn; `look_seconds` to write the whole board anew."""
    with tempfile.TemporaryDirectory() as folder, open_worlds(Path(folder), ("zhejiang",), on_postgres=True) as [world]:
        world.add_trainees(EMPLOYEES)
        open_studies(world, ledger_rows=EMPLOYEES * LEDGER_ROWS)
        firm = _employ(world)
        started = time.perf_counter()
        with unit_of_work(world.tenant) as ctx:
            rows = look(ctx, ctx.db.get_one(Enterprise, firm.id))
        looked = time.perf_counter() - started
        assert rows == EMPLOYEES
        with unit_of_work(world.tenant) as ctx:
            token = open_full_session(ctx, ctx.db.get_one(Account, firm.clerk.account_id), "").token
        paths = ("", "?standing=studying", "?sort=hours&desc=1", "?page=50", "?pagesize=100")
        user = {"headers": world.headers(token) | {"Accept": "text/html"},
                "requests": [{"method": "GET", "path": f"/admin/zj_board/{path}"} for path in paths]}
        with served("core.app:create_app()", world.host, world.env, world.pids) as server:
            server.load([user], seconds=2, connections=1)
            measured, _users = server.load([user], connections=1)
    return {"p95_ms": measured.p95_ms, "per_second": measured.per_second, "look_seconds": looked}


def _employ(world: World) -> scene.Firm:
    """All trainees enrolled by one enterprise in one batch."""
    firm, school = scene.firm(world.tenant), scene.school(world.tenant)
    batch_id = scene.batch(world.tenant, firm, school, mode=Mode.CONTINUING)
    with unit_of_work(world.tenant) as ctx:
        ctx.db.execute(insert(Candidate), [{
            "id": new_id(), "batch_id": batch_id, "enterprise_id": firm.id, "institution_id": school.id,
            "person_id": row.person_id, "post_id": row.post_id, "year": row.year, "mode": Mode.CONTINUING,
            "education": "本科", "employer": "示例建筑有限公司", "row": number, "state": CandidateState.ENROLLED,
            "enrollment_id": row.id, "entered_at": ctx.now, "moved_at": ctx.now}
            for number, row in enumerate(ctx.db.execute(select(
                Enrollment.id, Enrollment.person_id, Enrollment.post_id, Enrollment.year)), 3)])
    return firm

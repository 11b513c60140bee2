"""Seals over the ledger: whatever was touched behind them is named (L16, C-01)."""
from collections.abc import Callable
from threading import Barrier, Thread
from time import process_time
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from core.base.config import Config
from core.base.db import Base, Id, new_id
from core.base.outbox import job_kind
from core.cli import main
from core.course import clear_hours, seal_hours, verify_hours
from core.course.leaves import (
    COLUMNS,
    TABLES,
    VERSION,
    Leaf,
    first_id,
    id_ms,
    leaf_digest,
    pack_leaves,
    root_of,
    tree,
    unpack_leaves,
)
from core.course.models import HourEntry, HourNote, SealBatch, Segment
from core.course.verify import ADDED, GONE, TOUCHED, Verified
from core.tenancy import Tenant, bound, unit_of_work
from tests.conftest import MASTER_KEY
from tests.course.conftest import Learner
from tests.data import TENANTS
from tests.figures import Figure

Make = Callable[..., Learner]
MODELS: dict[str, Any] = {"hour_entry": HourEntry, "segment": Segment, "hour_note": HourNote}


def verified(tenant: Tenant) -> Verified:
    with bound(tenant), tenant.session(write=False) as session:
        return verify_hours(session)


def behind(tenant: Tenant, *statements: Any) -> None:
    """As an insider with the owner's rights would: past the triggers."""
    with unit_of_work(tenant) as ctx:
        if tenant.engine.dialect.name == "sqlite":
            ctx.db.execute(text("PRAGMA defer_foreign_keys=ON"))
            for name in ctx.db.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                ctx.db.execute(text(f"DROP TRIGGER {name}"))
        else:
            ctx.db.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            ctx.db.execute(statement)


def first_row(tenant: Tenant, table: str) -> Id:
    with unit_of_work(tenant) as ctx:
        found: Id = ctx.db.scalars(select(MODELS[table].id).order_by(MODELS[table].id)).first()
        return found


@pytest.fixture
def sealed(national: Tenant, learner_of: Make) -> Tenant:
    """Studied, sealed, cleared, sealed: two batches with rows of all three tables."""
    learner = learner_of(national)
    learner.open()
    learner.watch(7)
    with unit_of_work(national) as ctx:
        assert seal_hours(ctx)
    with unit_of_work(national) as ctx:
        clear_hours(ctx, learner.enrollment, "b", "挂机", None)
    with unit_of_work(national) as ctx:
        assert seal_hours(ctx) and seal_hours(ctx) is None
    return national


def test_what_was_sealed_stands(tenant: Tenant, learner_of: Make) -> None:
    """A clean ledger has no finding; what no batch holds yet is told as such, and sealed once by the job."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(7)
    before = verified(tenant)
    assert (before.batches, before.rows, before.findings) == (0, 0, ()) and before.unsealed > 0
    with unit_of_work(tenant) as ctx:
        job_kind("course.seal").handler(ctx, {})
    after = verified(tenant)
    assert (after.batches, after.rows, after.unsealed, after.findings) == (1, before.unsealed, 0, ())


@pytest.mark.parametrize("table", TABLES)
def test_a_touched_row_is_named(sealed: Tenant, table: str) -> None:
    """L16: one column of an entry, a segment or a note."""
    row = first_row(sealed, table)
    column = {"hour_entry": "slots", "segment": "pos_to_ms", "hour_note": "reason"}[table]
    value = "别的原因" if table == "hour_note" else 7
    behind(sealed, update(MODELS[table]).where(MODELS[table].id == row).values({column: value}))
    found = verified(sealed)
    assert [(one.where, one.what) for one in found.findings] == [(f"{table} {row}", TOUCHED)]


def test_a_removed_row_is_named(sealed: Tenant) -> None:
    """L16: the clear of an hour is taken away again."""
    with unit_of_work(sealed) as ctx:
        row = ctx.db.scalars(select(HourEntry.id).where(HourEntry.kind == "clear")).first()
    behind(sealed, text("DELETE FROM hour_entry WHERE kind = 'clear'"))
    found = verified(sealed)
    assert (f"hour_entry {row}", GONE) in [(one.where, one.what) for one in found.findings]
    assert {one.what for one in found.findings} == {GONE}


def test_a_row_put_in_with_an_old_id_is_named(sealed: Tenant) -> None:
    """L16: hours of two hours ago that no batch of that time holds, now and after the next sealing."""
    with unit_of_work(sealed) as ctx:
        entry = ctx.db.scalars(select(HourEntry).where(HourEntry.kind == "credit").limit(1)).one()
        values = {column.name: getattr(entry, column.name) for column in HourEntry.__table__.columns}
    old = first_id(id_ms(new_id()) - 2 * 3_600_000)
    behind(sealed, insert(HourEntry).values({**values, "id": old, "slot": 5}))
    for _look in range(2):
        found = verified(sealed)
        assert [(one.where, one.what) for one in found.findings] == [(f"hour_entry {old}", ADDED)]
        with unit_of_work(sealed) as ctx:
            assert seal_hours(ctx) is None


def test_the_command_tells_and_ends_with_1(sealed: Tenant, config: Config) -> None:
    """`jianxue hours verify`: 0 for a clean ledger; 1, and the row by its name, for a touched one."""
    environment = {"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(config.var),
                   "JIANXUE_TENANTS": str(TENANTS), "JIANXUE_REDIS_URL": "redis://127.0.0.1:1/0",
                   "JIANXUE_DATABASE_URL_NATIONAL": config.database("national")}

    def run() -> Result:
        return CliRunner().invoke(main, ["hours", "verify", "--tenant", "national"], env=environment)

    clean = run()
    assert clean.exit_code == 0 and "2 批" in clean.output and "0 处不符" in clean.output, clean.output
    row = first_row(sealed, "segment")
    behind(sealed, update(Segment).where(Segment.id == row).values(pos_to_ms=7))
    touched = run()
    assert touched.exit_code == 1 and f"national\tsegment {row}\tchanged" in touched.output


def touch_batch(tenant: Tenant, number: int, **values: Any) -> None:
    behind(tenant, update(SealBatch).where(SealBatch.number == number).values(**values))


def batch_of(tenant: Tenant, number: int) -> SealBatch:
    with unit_of_work(tenant) as ctx:
        return ctx.db.get_one(SealBatch, number)


def test_a_reordered_batch_is_named(sealed: Tenant) -> None:
    """Leaves in another order give another root."""
    leaves = unpack_leaves(batch_of(sealed, 1).leaves)
    assert leaves
    touch_batch(sealed, 1, leaves=pack_leaves(reversed(leaves)))
    assert [one.where for one in verified(sealed).findings] == ["batch 1"]


def test_rebuilt_seals_disagree_with_the_trail(sealed: Tenant) -> None:
    """A row touched and all seals made anew over it: the trail holds the roots that were."""
    row = first_row(sealed, "hour_note")
    behind(sealed, text("UPDATE hour_note SET reason = '别的'"))
    before = batch_of(sealed, 1).root
    batch = batch_of(sealed, 2)
    with unit_of_work(sealed) as ctx:
        note = ctx.db.get_one(HourNote, row)
        digest = leaf_digest("hour_note", [getattr(note, name) for name in COLUMNS[VERSION]["hour_note"]])
    leaves = [Leaf(leaf.table, leaf.id, digest if leaf.id == row else leaf.digest)
              for leaf in unpack_leaves(batch.leaves) or []]
    counts = (batch.entries, batch.segments, batch.notes)
    touch_batch(sealed, 2, leaves=pack_leaves(leaves),
                root=root_of(before, 2, VERSION, counts, [leaf.digest for leaf in leaves]))
    found = verified(sealed).findings
    assert [one.where for one in found] == ["batch 2"] and "trail" in found[0].what


@pytest.mark.parametrize(("number", "names"), [(1, {"batch 2", "batch 1"}), (2, {"batch 2"})])
def test_a_batch_taken_away_is_named(sealed: Tenant, number: int, names: set[str]) -> None:
    """The chain breaks, or the trail knows of a later batch."""
    behind(sealed, text(f"DELETE FROM seal_batch WHERE number = {number}"))
    found = verified(sealed).findings
    assert names <= {one.where for one in found}


def test_a_touched_trail_row_is_named(sealed: Tenant) -> None:
    behind(sealed, text("UPDATE trail SET subject = subject, result = 'other' WHERE action = 'hours.seal'"))
    *batches, own = verified(sealed).findings
    assert {one.what for one in batches} == {"its row in the trail was changed"} and own.where.startswith("trail ")


def test_the_database_refuses_to_change_a_batch(sealed: Tenant) -> None:
    for statement in ("UPDATE seal_batch SET root = 'x'", "DELETE FROM seal_batch"):
        with pytest.raises(Exception, match="append-only"), unit_of_work(sealed) as ctx:
            ctx.db.execute(text(statement))


def test_two_workers_seal_each_row_once(national: Tenant, learner_of: Make) -> None:
    """O17: the second waits for the first and finds nothing left."""
    learner = learner_of(national)
    learner.open()
    learner.watch(7)
    start, results = Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            with unit_of_work(national) as ctx:
                results.append(seal_hours(ctx) is not None)
        except (IntegrityError, OperationalError) as error:  # the job would be tried again
            results.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results) == [False, True]
    found = verified(national)
    assert (found.batches, found.unsealed, found.findings) == (1, 0, ())


def test_a_seal_covers_every_column() -> None:
    """A new column of a sealed table needs a new version in `core/course/leaves.py`."""
    for table in TABLES:
        assert set(COLUMNS[VERSION][table]) == set(Base.metadata.tables[table].columns.keys())


DIGESTS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9)


@given(DIGESTS, st.data())
def test_no_other_leaves_have_the_same_root(digests: list[bytes], data: st.DataObject) -> None:
    """Changed, left out, repeated or exchanged: the root is another, and the packed leaves come back whole."""
    other = list(digests)
    match data.draw(st.sampled_from(["change", "drop", "repeat", "swap"])):
        case "change":
            other[data.draw(st.integers(0, len(other) - 1))] = b"\x07" * 32
        case "drop":
            del other[data.draw(st.integers(0, len(other) - 1))]
        case "repeat":
            other.append(other[-1])
        case _:
            other.reverse()
    counts = (len(digests), 0, 0)
    assert (root_of("0", 1, 1, counts, other) == root_of("0", 1, 1, counts, digests)) == (other == digests)
    assert (tree(other) == tree(digests)) == (other == digests)
    leaves = [Leaf(TABLES[number % 3], new_id(), digest) for number, digest in enumerate(digests)]
    assert unpack_leaves(pack_leaves(leaves)) == leaves and unpack_leaves(pack_leaves(leaves)[:-1]) is None


def many(tenant: Tenant, rows: int, a_batch: int) -> float:
    """So many rows, half segments and half entries, sealed in batches; the CPU seconds that `verify_hours` takes."""
    with unit_of_work(tenant) as ctx:
        lease = ctx.db.execute(text("SELECT id, person_id, enrollment_id, lesson_id FROM study_lease")).first()
        assert lease is not None
        held, person, enrollment, lesson = [Id(str(one)) for one in lease]
        # Spread over the year that has gone by, as their ids tell.
        step, now = 365 * 86_400_000 // rows, id_ms(new_id())
        ids = [Id(int=(now - n * step << 80) + n) for n in reversed(range(rows))]
        segments = [{"id": one, "lease_id": held, "enrollment_id": enrollment, "lesson_id": lesson, "from_ms": n,
                     "to_ms": n + 1, "pos_from_ms": n, "pos_to_ms": n + 1, "slot": n * 4, "slots": 1}
                    for n, one in enumerate(ids[::2])]
        ctx.db.execute(insert(Segment), segments)
        ctx.db.execute(insert(HourEntry), [
            {"id": other, "person_id": person, "enrollment_id": enrollment, "lesson_id": lesson, "part": "general",
             "kind": "credit", "slots": 1, "slot": one["slot"], "segment_id": one["id"], "at": ctx.now}
            for one, other in zip(segments, ids[1::2], strict=True)])
    with unit_of_work(tenant) as ctx:
        while seal_hours(ctx, a_batch):
            pass
    began = process_time()      # what others do on the machine is not the ledger's fault
    found = verified(tenant)
    seconds = process_time() - began
    assert found.findings == () and found.unsealed == 0 and found.rows >= rows
    return seconds


def test_many_batches_verify(national: Tenant, learner_of: Make) -> None:
    learner = learner_of(national)
    learner.open()
    many(national, 400, 30)


@pytest.mark.prove
def test_a_clean_year_verifies_in_time(national: Tenant, learner_of: Make, figure: Figure) -> None:
    """100,000 rows in 5,000 batches verify in less than 10 s of one core."""
    learner = learner_of(national)
    learner.open()
    seconds = many(national, 100_000, 20)
    figure(seconds=seconds)
    assert seconds < 10

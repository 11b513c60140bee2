"""The one statement that accepts a beat: it moves the lease's number on and keeps the beat, or does neither.

`MOVE` and `KEEP` are run by Flask's `service.beat` in its transaction. In front of Flask they are one statement, which
also asks whether sign-in and presence stand (`Store`); where it takes nothing, Flask finds out why.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, Executable, Table, Uuid, bindparam, insert, select, update

from core.base.db import Id, UtcDateTime
from core.base.direct import Direct
from core.course.beating import Judged
from core.course.models import BeatRow, StudyLease
from core.course.tokens import pack
from core.identity import LoginSession, standing_trainee
from core.presence import Attestation, in_force

Values = Mapping[str, object]


def _table(model: Any) -> Table:
    found = model.__table__
    assert isinstance(found, Table)
    return found


_lease, _beat, _sign_in = _table(StudyLease), _table(BeatRow), _table(LoginSession)
_KEPT = {column: bindparam(f"beat_{column.name}", type_=column.type) for column in _beat.columns
         if column.name not in ("lease_id", "seq")}
_WHICH = {_beat.c.lease_id: bindparam("lease", type_=Uuid()), _beat.c.seq: bindparam("of_seq", type_=_beat.c.seq.type)}

MOVE = (update(_lease)
        .where(_lease.c.id == bindparam("lease", type_=Uuid()), _lease.c.seq == bindparam("of_seq"),
               _lease.c.closed_ms.is_(None))
        .values(seq=bindparam("next_seq"), state=bindparam("next_state"), last_ms=bindparam("next_last_ms")))
KEEP = insert(_beat).values({column.name: bound for column, bound in (_WHICH | _KEPT).items()})


def values_of(judged: Judged) -> dict[str, object]:
    """The parameters of `MOVE` and `KEEP`."""
    state, beat, verdict = judged.verdict.state, judged.beat, judged.verdict
    return {"lease": Id(judged.terms.lease_id), "of_seq": beat.seq, "next_seq": state.seq, "next_state": pack(state),
            "next_last_ms": state.last_at_ms, "beat_at_ms": beat.at_ms, "beat_position_ms": beat.position_ms,
            "beat_playing": beat.playing, "beat_present": beat.present, "beat_credit": verdict.credit,
            "beat_reason": verdict.reason.value, "beat_interval_ms": beat.interval_ms,
            "beat_late": 0}


class Store:
    """Makes beats durable that were judged in front of Flask, a batch in one transaction."""

    def __init__(self, engine: Engine, direct: Direct, *, camera: bool) -> None:
        """`camera`: whether presence is asked for (X-12)."""
        self._direct = direct
        whole = engine.dialect.name == "postgresql"
        # SQLite's driver counts no rows of a statement that begins with WITH.
        signed_in = standing_trainee().cte("signed_in") if whole else standing_trainee().subquery("signed_in")
        move = MOVE.where(_lease.c.person_id == bindparam("person", type_=Uuid()), select(signed_in.c.id).exists())
        if camera:
            holds = in_force(bindparam("person", type_=Uuid()), bindparam("enrollment", type_=Uuid()),
                             bindparam("now", type_=UtcDateTime()))
            move = move.where(select(Attestation.id).where(holds).exists())
        unseen = select(signed_in.c.id).where(signed_in.c.seen_at <= bindparam("unseen_since", type_=UtcDateTime()))
        see = (update(_sign_in).where(_sign_in.c.id == unseen.scalar_subquery())
               .values(seen_at=bindparam("now", type_=UtcDateTime())))
        if whole:
            moved = move.returning(_lease.c.id).cte("moved")
            seen = see.where(select(moved.c.id).exists()).returning(_sign_in.c.id).cte("seen")
            row = select(*(_WHICH | _KEPT).values()).select_from(moved)
            keep = insert(_beat).from_select([column.name for column in _WHICH | _KEPT], row).add_cte(seen)
            self._statements = [_Raw(engine, keep)]
            self.write = self._on_postgresql
        else:
            self._statements = [_Raw(engine, one) for one in (move, KEEP, see)]
            self.write = self._on_sqlite

    def _on_postgresql(self, batch: Sequence[Values]) -> list[bool]:
        """By libpq itself: psycopg's cursor costs more than the rest of a beat. The pipeline up to its one sync is one
        transaction, so a batch waits for the disk once."""
        [whole] = self._statements
        try:
            line = self._direct.connection().pgconn
            if self._direct.fresh():
                _succeed(line.prepare(_NAME, whole.text.encode()), pq.ExecStatus.COMMAND_OK)
            if len(batch) == 1:
                values = [str(value).encode() for value in whole.values(batch[0])]
                return [_succeed(line.exec_prepared(_NAME, values), pq.ExecStatus.COMMAND_OK).command_tuples == 1]
            # In the order of the leases, so that two processes never wait for each other.
            order = sorted(range(len(batch)), key=lambda place: str(batch[place]["lease"]))
            line.enter_pipeline_mode()
            for place in order:
                line.send_query_prepared(_NAME, [str(value).encode() for value in whole.values(batch[place])])
            line.pipeline_sync()
            taken = [False] * len(batch)
            for place in order:
                taken[place] = _succeed(line.get_result(), pq.ExecStatus.COMMAND_OK).command_tuples == 1
                line.get_result()
            _succeed(line.get_result(), pq.ExecStatus.PIPELINE_SYNC)
            line.exit_pipeline_mode()
            return taken
        except BaseException:
            self._direct.drop()
            raise

    def _on_sqlite(self, batch: Sequence[Values]) -> list[bool]:
        move, keep, see = self._statements
        connection = self._direct.connection()
        taken = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for one in batch:
                moved = connection.execute(move.text, move.values(one)).rowcount == 1
                if moved:
                    connection.execute(keep.text, keep.values(one))
                    connection.execute(see.text, see.values(one))
                taken.append(moved)
            connection.execute("COMMIT")
        except BaseException:
            self._direct.drop()
            raise
        return taken


_NAME = b"beat"


def _succeed(result: PGresult | None, wanted: pq.ExecStatus) -> PGresult:
    if result is None or result.status != wanted:
        raise OperationalError(result.error_message.decode("utf-8", "replace") if result else "no result")
    return result


class _Raw:
    """A statement as the driver takes it: SQLAlchemy writes the text once, and the driver runs it often."""

    def __init__(self, engine: Engine, statement: Executable) -> None:
        dialect = engine.dialect
        if dialect.name == "postgresql":
            dialect = type(dialect)(paramstyle="numeric_dollar")  # type: ignore[call-arg]
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        bound = {name: (one, one.type.dialect_impl(dialect).bind_processor(dialect))
                 for one, name in compiled.bind_names.items()}
        self._parameters = [(name if one.required else "", one.value, as_stored)
                            for name in compiled.positiontup for one, as_stored in [bound[name]]]

    def values(self, given: Values) -> list[Any]:
        """What to hand to the driver with `text`, in the order of its places."""
        return [value if as_stored is None else as_stored(value) for value, as_stored in
                ((given[name] if name else fixed, as_stored) for name, fixed, as_stored in self._parameters)]

"""还缺的资料 as a sheet, to be passed on to who has the papers."""
from core.api import Ctx
from core.api.people import written_of
from core.api.sheets import Column, text, write_sheet
from core.api.store import Id

from plugins.zhejiang.documents.queries import Standing, documents_of, is_by_school, people_in
from plugins.zhejiang.documents.states import KIND_WORDS, STATE_WORDS, DocumentState, needed_of

COLUMNS = (Column("name", "姓名", text(60)), Column("id_number", "身份证号", text(18), width=22),
           Column("kind", "资料", text(20), width=22), Column("state", "状态", text(20)),
           Column("reason", "原因", text(2000), width=60))


def missing_sheet(ctx: Ctx, batch_id: Id) -> bytes:
    """A row for each picture that is missing, unfit or refused; what is still being checked is not counted."""
    people = ctx.db.scalars(people_in(batch_id, Standing.INCOMPLETE)).all()
    written, there = written_of(ctx, [one.person_id for one in people]), documents_of(ctx, [one.id for one in people])
    needed = needed_of(by_school=is_by_school(ctx, batch_id))
    rows: list[tuple[str, ...]] = []
    for one in people:
        person = written[one.person_id]
        for kind in needed:
            row = there[one.id].get(kind)
            if row is None:
                rows.append((person.name, person.id_number, str(KIND_WORDS[kind]), "缺少", ""))
            elif row.state in (DocumentState.UNFIT, DocumentState.REFUSED):
                rows.append((person.name, person.id_number, str(KIND_WORDS[kind]),
                             str(STATE_WORDS[DocumentState(row.state)]), "".join(row.reasons)))
    return write_sheet(COLUMNS, rows, name="还缺的资料")

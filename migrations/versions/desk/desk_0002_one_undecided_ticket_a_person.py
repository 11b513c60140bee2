"""one undecided ticket a person, its history append-only"""
from alembic import op
import sqlalchemy as sa

from plugins.desk.models import ENTRY_GUARDS

revision = 'desk_0002'
down_revision = 'desk_0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_desk_ticket_undecided', 'desk_ticket', ['person_id'], unique=True, sqlite_where=sa.text("state IN ('open', 'in_person', 'verified', 'waiting')"), postgresql_where=sa.text("state IN ('open', 'in_person', 'verified', 'waiting')"))

    for statement in ENTRY_GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION desk_entry_append_only() CASCADE")
    else:
        for move in ("update", "delete"):
            op.execute(f"DROP TRIGGER desk_entry_no_{move}")
    op.drop_index('ix_desk_ticket_undecided', table_name='desk_ticket', sqlite_where=sa.text("state IN ('open', 'in_person', 'verified', 'waiting')"), postgresql_where=sa.text("state IN ('open', 'in_person', 'verified', 'waiting')"))

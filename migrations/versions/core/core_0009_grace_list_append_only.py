"""the grace list is append-only"""
from alembic import op

from core.deadline.models import GRACE_GUARDS

revision = 'core_0009'
down_revision = 'core_0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in GRACE_GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION deadline_grace_append_only() CASCADE")
        return
    for move in ("update", "delete"):
        op.execute(f"DROP TRIGGER deadline_grace_no_{move}")

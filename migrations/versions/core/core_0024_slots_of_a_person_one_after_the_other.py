"""slots of a person one after the other"""
from alembic import op

from core.course.guards import POSTGRESQL_OVERLAP

revision = 'core_0024'
down_revision = 'core_0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(POSTGRESQL_OVERLAP)


def downgrade() -> None:
    """The function of before is weaker and not wanted back."""

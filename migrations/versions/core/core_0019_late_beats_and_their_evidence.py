"""late beats and their evidence"""
from alembic import op
import sqlalchemy as sa

revision = 'core_0019'
down_revision = 'core_0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('beat', sa.Column('late', sa.Integer(), server_default='0', nullable=False))
    op.add_column('segment', sa.Column('late', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('segment', 'late')
    op.drop_column('beat', 'late')

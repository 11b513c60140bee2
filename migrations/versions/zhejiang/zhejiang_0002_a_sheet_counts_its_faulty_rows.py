"""a sheet counts its faulty rows"""
from alembic import op
import sqlalchemy as sa

revision = 'zhejiang_0002'
down_revision = 'zhejiang_0001'
branch_labels = None
depends_on = 'core_0024'


def upgrade() -> None:
    op.add_column('zj_batch_sheet', sa.Column('faulty', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('zj_batch_sheet', sa.Column('late', sa.JSON(), nullable=False, server_default='[]'))
    op.drop_column('zj_batch_sheet', 'mend_key')
    op.drop_column('zj_batch_sheet', 'finding_count')


def downgrade() -> None:
    op.add_column('zj_batch_sheet', sa.Column('finding_count', sa.INTEGER(), nullable=False, server_default='0'))
    op.add_column('zj_batch_sheet', sa.Column('mend_key', sa.VARCHAR(), nullable=True))
    op.drop_column('zj_batch_sheet', 'late')
    op.drop_column('zj_batch_sheet', 'faulty')

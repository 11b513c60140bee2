"""supervised sessions are booked"""
from alembic import op
import sqlalchemy as sa

revision = 'core_0015'
down_revision = 'core_0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('supervised_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('offered_by', sa.Uuid(), nullable=True),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervised_session'))
    )
    op.create_index(op.f('ix_supervised_session_starts_at'), 'supervised_session', ['starts_at'], unique=False)
    op.add_column('attestation', sa.Column('witness_name', sa.String(length=60), server_default='', nullable=False))
    op.add_column('attestation', sa.Column('note', sa.String(length=500), server_default='', nullable=False))
    with op.batch_alter_table('supervised_request') as table:
        table.add_column(sa.Column('session_id', sa.Uuid(), nullable=True))
        table.add_column(sa.Column('outcome', sa.String(length=10), server_default='', nullable=False))
        table.create_foreign_key(op.f('fk_supervised_request_session_id'), 'supervised_session', ['session_id'], ['id'])
    op.execute("UPDATE supervised_request SET outcome = 'attested' WHERE done_at IS NOT NULL")
    op.create_index(op.f('ix_supervised_request_session_id'), 'supervised_request', ['session_id'], unique=False)
    op.create_index('uq_supervised_request_open', 'supervised_request', ['enrollment_id'], unique=True,
                    sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))


def downgrade() -> None:
    op.drop_index('uq_supervised_request_open', table_name='supervised_request')
    op.drop_index(op.f('ix_supervised_request_session_id'), table_name='supervised_request')
    with op.batch_alter_table('supervised_request') as table:
        table.drop_constraint(op.f('fk_supervised_request_session_id'), type_='foreignkey')
        table.drop_column('outcome')
        table.drop_column('session_id')
    op.drop_column('attestation', 'note')
    op.drop_column('attestation', 'witness_name')
    op.drop_index(op.f('ix_supervised_session_starts_at'), table_name='supervised_session')
    op.drop_table('supervised_session')

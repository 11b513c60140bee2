"""Both sides of the ID card, devices that have proven the phone, sheets of people; when a phone was confirmed."""
from alembic import op
import sqlalchemy as sa

revision = 'core_0002'
down_revision = 'core_0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('people_sheet',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('rows_key', sa.String(), nullable=False),
    sa.Column('mend_key', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('fresh', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('opened', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('finding_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_sheet'))
    )
    op.create_table('id_scan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(), nullable=False),
    sa.Column('scan_key', sa.String(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_id_scan_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_id_scan')),
    sa.UniqueConstraint('person_id', 'side', name=op.f('uq_id_scan_person_id_side'))
    )
    op.create_index(op.f('ix_id_scan_person_id'), 'id_scan', ['person_id'], unique=False)
    op.create_table('known_device',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_known_device_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('account_id', 'token_digest', name=op.f('uq_known_device_account_id_token_digest'))
    )
    op.create_index(op.f('ix_known_device_account_id'), 'known_device', ['account_id'], unique=False)
    op.add_column('person', sa.Column('phone_confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('person', sa.Column('study_begun_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('person', 'study_begun_at')
    op.drop_column('person', 'phone_confirmed_at')
    op.drop_index(op.f('ix_known_device_account_id'), table_name='known_device')
    op.drop_table('known_device')
    op.drop_index(op.f('ix_id_scan_person_id'), table_name='id_scan')
    op.drop_table('id_scan')
    op.drop_table('people_sheet')

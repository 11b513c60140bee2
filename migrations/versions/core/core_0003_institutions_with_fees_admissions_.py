"""institutions with fees, admissions, orders paid at a counter"""
from alembic import op
import sqlalchemy as sa

revision = 'core_0003'
down_revision = 'core_0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('admission',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('opened_account', sa.Boolean(), nullable=False),
    sa.Column('admitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['organization.id'], name=op.f('fk_admission_institution_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_admission_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_admission')),
    sa.UniqueConstraint('institution_id', 'person_id', name=op.f('uq_admission_institution_id_person_id'))
    )
    op.create_index(op.f('ix_admission_person_id'), 'admission', ['person_id'], unique=False)
    op.create_table('institution_fee',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('training_fen', sa.Integer(), nullable=False),
    sa.Column('textbook_fen', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_institution_fee_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_fee'))
    )
    op.create_index(op.f('ix_institution_fee_organization_id'), 'institution_fee', ['organization_id'], unique=False)
    op.add_column('enrollment', sa.Column('institution_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_enrollment_institution_id'), 'enrollment', ['institution_id'], unique=False)
    op.add_column('orders', sa.Column('counter_id', sa.Uuid(), nullable=True))
    op.add_column('orders', sa.Column('taken_by', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_orders_counter_id'), 'orders', ['counter_id'], unique=False)
    op.add_column('organization', sa.Column('place', sa.String(), server_default='', nullable=False))
    op.add_column('organization', sa.Column('telephone', sa.String(), server_default='', nullable=False))
    op.add_column('organization', sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('organization', 'closed_at')
    op.drop_column('organization', 'telephone')
    op.drop_column('organization', 'place')
    op.drop_index(op.f('ix_orders_counter_id'), table_name='orders')
    op.drop_column('orders', 'taken_by')
    op.drop_column('orders', 'counter_id')
    op.drop_index(op.f('ix_enrollment_institution_id'), table_name='enrollment')
    op.drop_column('enrollment', 'institution_id')
    op.drop_index(op.f('ix_institution_fee_organization_id'), table_name='institution_fee')
    op.drop_table('institution_fee')
    op.drop_index(op.f('ix_admission_person_id'), table_name='admission')
    op.drop_table('admission')

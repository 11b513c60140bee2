"""Parcels"""
from alembic import op
import sqlalchemy as sa

revision = 'parcel_0001'
down_revision = None
branch_labels = ('parcel',)
depends_on = 'core_0001'


def upgrade() -> None:
    op.create_table('parcel',
                    sa.Column('id', sa.Uuid(), nullable=False),
                    sa.Column('person_id', sa.Uuid(), nullable=True),
                    sa.Column('label', sa.String(length=40), nullable=False),
                    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_parcel_person_id')),
                    sa.PrimaryKeyConstraint('id', name=op.f('pk_parcel')))
    op.create_index(op.f('ix_parcel_person_id'), 'parcel', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_parcel_person_id'), table_name='parcel')
    op.drop_table('parcel')

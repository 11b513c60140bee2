"""offers, sanctions and the blacklist"""
from alembic import op
import sqlalchemy as sa

from core.blacklist.models import BAR_GUARDS
from core.organization.models import FEE_GUARDS, SANCTION_GUARDS

revision = 'core_0027'
down_revision = 'core_0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('institution_profile',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('features', sa.Text(), nullable=False),
    sa.Column('payment_way', sa.String(), nullable=False),
    sa.Column('account_holder', sa.String(), nullable=False),
    sa.Column('bank', sa.String(), nullable=False),
    sa.Column('account_number', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_institution_profile_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_profile')),
    sa.UniqueConstraint('organization_id', name=op.f('uq_institution_profile_organization_id'))
    )
    op.create_table('institution_sanction',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=10), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_account', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answers_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['answers_id'], ['institution_sanction.id'], name=op.f('fk_institution_sanction_answers_id')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_institution_sanction_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_sanction')),
    sa.UniqueConstraint('answers_id', 'turn', name=op.f('uq_institution_sanction_answers_id_turn')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_institution_sanction_organization_id'), 'institution_sanction', ['organization_id'], unique=False)
    op.create_table('person_bar',
    sa.Column('id_number', sa.LargeBinary(), nullable=False),
    sa.Column('id_number_mac', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('cancels', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('cancelled', sa.JSON(), nullable=False),
    sa.Column('evidence_key', sa.String(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=10), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_account', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answers_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['answers_id'], ['person_bar.id'], name=op.f('fk_person_bar_answers_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['organization.id'], name=op.f('fk_person_bar_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_bar')),
    sa.UniqueConstraint('answers_id', 'turn', name=op.f('uq_person_bar_answers_id_turn')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_person_bar_id_number_mac'), 'person_bar', ['id_number_mac'], unique=False)
    op.create_table('test_place',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_test_place_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_place'))
    )
    op.create_index(op.f('ix_test_place_organization_id'), 'test_place', ['organization_id'], unique=False)
    with op.batch_alter_table('institution_fee') as table:
        table.add_column(sa.Column('post_id', sa.Uuid(), nullable=True))
        table.add_column(sa.Column('mode', sa.String(), server_default='continuing', nullable=False))
        table.add_column(sa.Column('withdrawn', sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column('set_by', sa.String(), server_default='', nullable=False))
        table.create_foreign_key(op.f('fk_institution_fee_post_id'), 'post', ['post_id'], ['id'])
    for guards in (FEE_GUARDS, SANCTION_GUARDS, BAR_GUARDS):
        for statement in guards[op.get_bind().dialect.name]:
            op.execute(statement)


def downgrade() -> None:
    for table in ("institution_fee", "institution_sanction", "person_bar"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {table}_append_only() CASCADE")
        else:
            for move in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{move}")
    # What was announced of single posts and of other modes has no place in the table of before.
    op.execute("DELETE FROM institution_fee WHERE post_id IS NOT NULL OR mode <> 'continuing' OR withdrawn")
    with op.batch_alter_table('institution_fee') as fees:
        fees.drop_constraint(op.f('fk_institution_fee_post_id'), type_='foreignkey')
        for column in ('set_by', 'withdrawn', 'mode', 'post_id'):
            fees.drop_column(column)
    op.drop_index(op.f('ix_test_place_organization_id'), table_name='test_place')
    op.drop_table('test_place')
    op.drop_index(op.f('ix_person_bar_id_number_mac'), table_name='person_bar')
    op.drop_table('person_bar')
    op.drop_index(op.f('ix_institution_sanction_organization_id'), table_name='institution_sanction')
    op.drop_table('institution_sanction')
    op.drop_table('institution_profile')

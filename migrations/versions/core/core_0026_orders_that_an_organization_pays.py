"""orders that an organization pays"""
from alembic import op
import sqlalchemy as sa

revision = 'core_0026'
down_revision = 'core_0025'
branch_labels = None
depends_on = None

ONE_PAYER = "(payer_id IS NULL) <> (payer_organization_id IS NULL)"
KEPT = "id, number, payer_id, state, total_fen, created_at, expires_at, paid_at, ended_at, counter_id, taken_by"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        rebuild(organizations=True)
    else:
        op.add_column('orders', sa.Column('payer_organization_id', sa.Uuid(), nullable=True))
        op.add_column('orders', sa.Column('payer_name', sa.String(length=100), server_default='', nullable=False))
        op.alter_column('orders', 'payer_id', existing_type=sa.Uuid(), nullable=True)
        op.create_foreign_key(op.f('fk_orders_payer_organization_id'), 'orders', 'organization',
                              ['payer_organization_id'], ['id'])
        op.create_check_constraint(op.f('ck_orders_one_payer'), 'orders', ONE_PAYER)
    op.create_index('ix_orders_organization', 'orders', ['payer_organization_id', 'created_at'], unique=False)


def downgrade() -> None:
    """Stops where an organization has ordered: there is no person to put in its place."""
    op.drop_index('ix_orders_organization', table_name='orders')
    if op.get_bind().dialect.name == "sqlite":
        rebuild(organizations=False)
        return
    op.drop_constraint(op.f('ck_orders_one_payer'), 'orders', type_='check')
    op.drop_constraint(op.f('fk_orders_payer_organization_id'), 'orders', type_='foreignkey')
    op.alter_column('orders', 'payer_id', existing_type=sa.Uuid(), nullable=False)
    op.drop_column('orders', 'payer_name')
    op.drop_column('orders', 'payer_organization_id')


def rebuild(*, organizations: bool) -> None:
    """SQLite cannot let a column become empty. Alembic's batch drops a table whose rows others point at, which fails;
    here those rows miss their orders until they are back, within the transaction."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE orders_before AS SELECT {KEPT} FROM orders")
    op.drop_table("orders")
    more = (sa.Column('payer_organization_id', sa.Uuid(), nullable=True),
            sa.Column('payer_name', sa.String(length=100), server_default='', nullable=False),
            sa.ForeignKeyConstraint(['payer_organization_id'], ['organization.id'],
                                    name=op.f('fk_orders_payer_organization_id')),
            sa.CheckConstraint(ONE_PAYER, name=op.f('ck_orders_one_payer'))) if organizations else ()
    op.create_table(
        'orders',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.String(length=60), nullable=False),
        sa.Column('payer_id', sa.Uuid(), nullable=organizations),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('total_fen', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('counter_id', sa.Uuid(), nullable=True),
        sa.Column('taken_by', sa.Uuid(), nullable=True),
        *more,
        sa.ForeignKeyConstraint(['payer_id'], ['person.id'], name=op.f('fk_orders_payer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
        sa.UniqueConstraint('number', name=op.f('uq_orders_number')))
    op.execute(f"INSERT INTO orders ({KEPT}) SELECT {KEPT} FROM orders_before")
    op.drop_table("orders_before")
    op.create_index('ix_orders_payer', 'orders', ['payer_id', 'created_at'], unique=False)
    op.create_index('ix_orders_state', 'orders', ['state'], unique=False)
    op.create_index(op.f('ix_orders_counter_id'), 'orders', ['counter_id'], unique=False)

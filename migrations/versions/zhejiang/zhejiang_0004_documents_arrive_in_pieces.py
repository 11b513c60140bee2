"""documents arrive in pieces

The tables of pictures and zips are made anew: they had no pages yet, so nothing stands in them.
"""
from alembic import op
import sqlalchemy as sa

revision = 'zhejiang_0004'
down_revision = 'zhejiang_0003'
branch_labels = None
depends_on = 'core_0024'


def upgrade() -> None:
    op.drop_table('zj_document')
    op.drop_table('zj_upload')
    op.create_table('zj_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('blob_key', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('filename', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['zj_candidate.id'], name=op.f('fk_zj_document_candidate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_document')),
    sa.UniqueConstraint('candidate_id', 'kind', name=op.f('uq_zj_document_candidate_id_kind'))
    )
    op.create_index(op.f('ix_zj_document_state'), 'zj_document', ['state'], unique=False)
    op.create_index(op.f('ix_zj_document_blob_key'), 'zj_document', ['blob_key'], unique=False)
    op.create_table('zj_upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('fingerprint', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('plan_key', sa.String(), nullable=True),
    sa.Column('report', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['zj_batch.id'], name=op.f('fk_zj_upload_batch_id')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_zj_upload_created_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_upload'))
    )
    op.create_index(op.f('ix_zj_upload_batch_id'), 'zj_upload', ['batch_id'], unique=False)
    op.create_index(op.f('ix_zj_upload_state'), 'zj_upload', ['state'], unique=False)
    op.create_index(op.f('ix_zj_upload_moved_at'), 'zj_upload', ['moved_at'], unique=False)
    op.create_table('zj_offer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('filename', sa.LargeBinary(), nullable=False),
    sa.Column('blob_key', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['zj_batch.id'], name=op.f('fk_zj_offer_batch_id')),
    sa.ForeignKeyConstraint(['candidate_id'], ['zj_candidate.id'], name=op.f('fk_zj_offer_candidate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_offer')),
    sa.UniqueConstraint('candidate_id', 'kind', 'blob_key', name=op.f('uq_zj_offer_candidate_id_kind_blob_key'))
    )
    op.create_index(op.f('ix_zj_offer_batch_id'), 'zj_offer', ['batch_id'], unique=False)
    op.create_index(op.f('ix_zj_offer_blob_key'), 'zj_offer', ['blob_key'], unique=False)
    op.create_table('zj_upload_piece',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.Column('start', sa.BigInteger(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('blob_key', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['upload_id'], ['zj_upload.id'], name=op.f('fk_zj_upload_piece_upload_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_upload_piece')),
    sa.UniqueConstraint('upload_id', 'start', name=op.f('uq_zj_upload_piece_upload_id_start'))
    )
    op.create_index(op.f('ix_zj_upload_piece_blob_key'), 'zj_upload_piece', ['blob_key'], unique=False)


def downgrade() -> None:
    for table in ('zj_offer', 'zj_upload_piece', 'zj_upload', 'zj_document'):
        op.drop_table(table)
    op.create_table('zj_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('blob_key', sa.String(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['zj_candidate.id'], name=op.f('fk_zj_document_candidate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_document')),
    sa.UniqueConstraint('candidate_id', 'kind', name=op.f('uq_zj_document_candidate_id_kind'))
    )
    op.create_index(op.f('ix_zj_document_state'), 'zj_document', ['state'], unique=False)
    op.create_table('zj_upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['zj_batch.id'], name=op.f('fk_zj_upload_batch_id')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_zj_upload_created_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zj_upload'))
    )
    op.create_index(op.f('ix_zj_upload_batch_id'), 'zj_upload', ['batch_id'], unique=False)
    op.create_index(op.f('ix_zj_upload_state'), 'zj_upload', ['state'], unique=False)

"""All tables of the first release, and the triggers that keep the hours ledger append-only."""
from alembic import op
import sqlalchemy as sa

from core.course.guards import POSTGRESQL_GUARDS, SQLITE_GUARDS

revision = 'core_0001'
down_revision = None
branch_labels = ('core',)
depends_on = None


def upgrade() -> None:
    op.create_table('document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('blob_key', sa.String(length=120), nullable=False),
    sa.Column('filename', sa.String(length=120), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('sha256', name=op.f('uq_document_sha256')),
    sa.UniqueConstraint('token', name=op.f('uq_document_token'))
    )
    op.create_index(op.f('ix_document_subject_id'), 'document', ['subject_id'], unique=False)
    op.create_table('evidence_term',
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('enrollment_id', name=op.f('pk_evidence_term'))
    )
    op.create_index(op.f('ix_evidence_term_until'), 'evidence_term', ['until'], unique=False)
    op.create_table('exam_bank_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('blob_key', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('good', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('written', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('finding_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_bank_import'))
    )
    op.create_table('exam_question',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('scope', sa.String(length=40), nullable=False),
    sa.Column('stem', sa.Text(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('key', sa.String(length=5), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('difficulty', sa.String(length=2), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=False),
    sa.Column('clause', sa.String(length=300), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_question')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_exam_question_fingerprint'))
    )
    op.create_index('ix_exam_question_drawn', 'exam_question', ['scope', 'retired', 'kind'], unique=False)
    op.create_index(op.f('ix_exam_question_scope'), 'exam_question', ['scope'], unique=False)
    op.create_table('face_mean',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_face_mean'))
    )
    op.create_table('image_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_image_code'))
    )
    op.create_index(op.f('ix_image_code_expires_at'), 'image_code', ['expires_at'], unique=False)
    op.create_table('inbox_sms',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('delivery_id', sa.Uuid(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox_sms')),
    sa.UniqueConstraint('delivery_id', name=op.f('uq_inbox_sms_delivery_id'))
    )
    op.create_index(op.f('ix_inbox_sms_received_at'), 'inbox_sms', ['received_at'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index(op.f('ix_notice_published_at'), 'notice', ['published_at'], unique=False)
    op.create_table('number_series',
    sa.Column('series', sa.String(length=60), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', name=op.f('pk_number_series'))
    )
    op.create_table('once',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('location', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_once'))
    )
    op.create_table('organization',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('credit_code', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organization')),
    sa.UniqueConstraint('credit_code', name=op.f('uq_organization_credit_code')),
    sa.UniqueConstraint('name', name=op.f('uq_organization_name'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('queue', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key'))
    )
    op.create_index('ix_outbox_open', 'outbox', ['state', 'queue', 'not_before'], unique=False)
    op.create_table('package',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('part', sa.String(length=20), nullable=False),
    sa.Column('post', sa.String(length=60), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=True),
    sa.Column('recommended', sa.Boolean(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_package')),
    sa.UniqueConstraint('code', name=op.f('uq_package_code'))
    )
    op.create_index(op.f('ix_package_post'), 'package', ['post'], unique=False)
    op.create_table('password_reset',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('id_number_mac', sa.String(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_reset'))
    )
    op.create_index(op.f('ix_password_reset_created_at'), 'password_reset', ['created_at'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('sex', sa.String(), nullable=False),
    sa.Column('id_number', sa.LargeBinary(), nullable=False),
    sa.Column('id_number_mac', sa.String(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('phone_mac', sa.String(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('photo_key', sa.String(), nullable=True),
    sa.Column('photo_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('portal_opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('profile_saved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('id_number_mac', name=op.f('uq_person_id_number_mac'))
    )
    op.create_index(op.f('ix_person_phone_mac'), 'person', ['phone_mac'], unique=False)
    op.create_table('post',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('family', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post')),
    sa.UniqueConstraint('code', name=op.f('uq_post_code')),
    sa.UniqueConstraint('name', name=op.f('uq_post_name'))
    )
    op.create_table('sms_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('phone_mac', sa.String(), nullable=False),
    sa.Column('code_mac', sa.String(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sms_code'))
    )
    op.create_index(op.f('ix_sms_code_expires_at'), 'sms_code', ['expires_at'], unique=False)
    op.create_index('ix_sms_code_phone', 'sms_code', ['phone_mac', 'purpose', 'sent_at'], unique=False)
    op.create_table('throttle',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_throttle'))
    )
    op.create_index(op.f('ix_throttle_last_at'), 'throttle', ['last_at'], unique=False)
    op.create_table('trail',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('action', sa.String(length=120), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('roles', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=True),
    sa.Column('result', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_trail'))
    )
    op.create_index(op.f('ix_trail_action'), 'trail', ['action'], unique=False)
    op.create_index(op.f('ix_trail_actor'), 'trail', ['actor'], unique=False)
    op.create_index(op.f('ix_trail_subject'), 'trail', ['subject'], unique=False)
    op.create_table('trail_seal',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('before', sa.String(length=64), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_trail_seal'))
    )
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('username', sa.String(), nullable=True),
    sa.Column('display_name', sa.String(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('initial', sa.String(), nullable=True),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('password_changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('person_id', name=op.f('uq_account_person_id')),
    sa.UniqueConstraint('username', name=op.f('uq_account_username'))
    )
    op.create_table('certificate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('province', sa.String(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('replaces_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certificate_person_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_certificate_post_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['certificate.id'], name=op.f('fk_certificate_replaces_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('issuer', 'number', name=op.f('uq_certificate_issuer_number')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_certificate_replaces_id'))
    )
    op.create_index(op.f('ix_certificate_number'), 'certificate', ['number'], unique=False)
    op.create_index(op.f('ix_certificate_person_id'), 'certificate', ['person_id'], unique=False)
    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_consent_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index(op.f('ix_consent_person_id'), 'consent', ['person_id'], unique=False)
    op.create_table('delivery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('text_key', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('secret', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_delivery_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('key', name=op.f('uq_delivery_key'))
    )
    op.create_index(op.f('ix_delivery_created_at'), 'delivery', ['created_at'], unique=False)
    op.create_index(op.f('ix_delivery_person_id'), 'delivery', ['person_id'], unique=False)
    op.create_table('face_challenge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('nonce', sa.String(length=40), nullable=False),
    sa.Column('actions', sa.JSON(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digests', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_face_challenge_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_face_challenge'))
    )
    op.create_index(op.f('ix_face_challenge_enrollment_id'), 'face_challenge', ['enrollment_id'], unique=False)
    op.create_index('ix_face_challenge_person', 'face_challenge', ['person_id', 'opened_at'], unique=False)
    op.create_table('face_template',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('photo_key', sa.String(length=120), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_face_template_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_face_template')),
    sa.UniqueConstraint('person_id', name=op.f('uq_face_template_person_id'))
    )
    op.create_table('hours_record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('institution', sa.String(), nullable=False),
    sa.Column('uploaded_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_hours_record_person_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_hours_record_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_record')),
    sa.UniqueConstraint('source', name=op.f('uq_hours_record_source'))
    )
    op.create_index('ix_hours_record_person', 'hours_record', ['person_id', 'post_id', 'year'], unique=False)
    op.create_table('lesson',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('package_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('class_hours', sa.SmallInteger(), nullable=False),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('media_key', sa.String(length=120), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['package_id'], ['package.id'], name=op.f('fk_lesson_package_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson')),
    sa.UniqueConstraint('package_id', 'position', name=op.f('uq_lesson_package_id_position'))
    )
    op.create_index(op.f('ix_lesson_package_id'), 'lesson', ['package_id'], unique=False)
    op.create_table('message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_message_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    op.create_index(op.f('ix_message_person_id'), 'message', ['person_id'], unique=False)
    op.create_table('orders',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('payer_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('total_fen', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['payer_id'], ['person.id'], name=op.f('fk_orders_payer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('number', name=op.f('uq_orders_number'))
    )
    op.create_index('ix_orders_payer', 'orders', ['payer_id', 'created_at'], unique=False)
    op.create_index('ix_orders_state', 'orders', ['state'], unique=False)
    op.create_table('photo_draft',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('photo_key', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_photo_draft_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_photo_draft'))
    )
    op.create_table('photo_ticket',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('new_key', sa.String(), nullable=False),
    sa.Column('old_key', sa.String(), nullable=True),
    sa.Column('found', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_photo_ticket_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo_ticket'))
    )
    op.create_index(op.f('ix_photo_ticket_person_id'), 'photo_ticket', ['person_id'], unique=False)
    op.create_index(op.f('ix_photo_ticket_state'), 'photo_ticket', ['state'], unique=False)
    op.create_table('registry_holding',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('id_number', sa.LargeBinary(), nullable=False),
    sa.Column('id_number_mac', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('province', sa.String(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('remark', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_registry_holding_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registry_holding')),
    sa.UniqueConstraint('issuer', 'number', name=op.f('uq_registry_holding_issuer_number'))
    )
    op.create_index(op.f('ix_registry_holding_id_number_mac'), 'registry_holding', ['id_number_mac'], unique=False)
    op.create_table('registry_pull',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_registry_pull_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registry_pull'))
    )
    op.create_index(op.f('ix_registry_pull_person_id'), 'registry_pull', ['person_id'], unique=False)
    op.create_table('snapshot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('picture_key', sa.String(length=120), nullable=True),
    sa.Column('verdict', sa.String(length=12), nullable=False),
    sa.Column('faces', sa.Integer(), nullable=True),
    sa.Column('euclid', sa.Double(), nullable=True),
    sa.Column('cosine', sa.Double(), nullable=True),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_snapshot_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('enrollment_id', 'round', 'slot', name=op.f('uq_snapshot_enrollment_id_round_slot'))
    )
    op.create_index(op.f('ix_snapshot_person_id'), 'snapshot', ['person_id'], unique=False)
    op.create_table('supervised_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_supervised_request_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervised_request'))
    )
    op.create_index(op.f('ix_supervised_request_person_id'), 'supervised_request', ['person_id'], unique=False)
    op.create_table('account_role',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('city', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_role')),
    sa.UniqueConstraint('account_id', 'role', 'organization_id', 'city', name=op.f('uq_account_role_account_id_role_organization_id_city'))
    )
    op.create_index(op.f('ix_account_role_account_id'), 'account_role', ['account_id'], unique=False)
    op.create_table('attestation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('challenge_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('zone', sa.String(length=10), nullable=False),
    sa.Column('euclid', sa.Double(), nullable=True),
    sa.Column('cosine', sa.Double(), nullable=True),
    sa.Column('picture_key', sa.String(length=120), nullable=True),
    sa.Column('witness_id', sa.Uuid(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['face_challenge.id'], name=op.f('fk_attestation_challenge_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attestation_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attestation'))
    )
    op.create_index('ix_attestation_holder', 'attestation', ['person_id', 'enrollment_id', 'valid_until'], unique=False)
    op.create_table('certificate_issue',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('years', sa.JSON(), nullable=False),
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_issue_certificate_id')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_certificate_issue_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_issue')),
    sa.UniqueConstraint('certificate_id', 'version', name=op.f('uq_certificate_issue_certificate_id_version')),
    sa.UniqueConstraint('document_id', name=op.f('uq_certificate_issue_document_id'))
    )
    op.create_index(op.f('ix_certificate_issue_certificate_id'), 'certificate_issue', ['certificate_id'], unique=False)
    op.create_table('certificate_status_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('remark', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_status_entry_certificate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_status_entry'))
    )
    op.create_index(op.f('ix_certificate_status_entry_certificate_id'), 'certificate_status_entry', ['certificate_id'], unique=False)
    op.create_table('enrollment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('general_hours_due', sa.Integer(), nullable=False),
    sa.Column('professional_hours_due', sa.Integer(), nullable=False),
    sa.Column('exemption', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_enrollment_certificate_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_enrollment_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_enrollment_person_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_enrollment_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrollment'))
    )
    op.create_index(op.f('ix_enrollment_certificate_id'), 'enrollment', ['certificate_id'], unique=False)
    op.create_index(op.f('ix_enrollment_order_id'), 'enrollment', ['order_id'], unique=False)
    op.create_index('ix_enrollment_person_year', 'enrollment', ['person_id', 'year'], unique=False)
    op.create_index('uq_enrollment_live', 'enrollment', ['person_id', 'post_id', 'year'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.create_table('invoice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('tax_number', sa.String(length=18), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('amount_fen', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_invoice_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('order_id', name=op.f('uq_invoice_order_id'))
    )
    op.create_index(op.f('ix_invoice_state'), 'invoice', ['state'], unique=False)
    op.create_table('lesson_upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('package_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('class_hours', sa.SmallInteger(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('source_key', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('percent', sa.SmallInteger(), nullable=False),
    sa.Column('problem', sa.String(length=300), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_lesson_upload_lesson_id')),
    sa.ForeignKeyConstraint(['package_id'], ['package.id'], name=op.f('fk_lesson_upload_package_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_upload'))
    )
    op.create_index(op.f('ix_lesson_upload_package_id'), 'lesson_upload', ['package_id'], unique=False)
    op.create_table('login_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_login_session_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_login_session_token_digest'))
    )
    op.create_index(op.f('ix_login_session_account_id'), 'login_session', ['account_id'], unique=False)
    op.create_table('order_line',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('amount_fen', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_order_line_amount')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_line_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_line'))
    )
    op.create_index(op.f('ix_order_line_order_id'), 'order_line', ['order_id'], unique=False)
    op.create_index('ix_order_line_subject', 'order_line', ['subject_type', 'subject_id'], unique=False)
    op.create_table('payment_attempt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('merchant', sa.String(length=60), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('amount_fen', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('carries', sa.Boolean(), nullable=False),
    sa.Column('code_url', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_payment_attempt_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_attempt')),
    sa.UniqueConstraint('number', name=op.f('uq_payment_attempt_number'))
    )
    op.create_index(op.f('ix_payment_attempt_order_id'), 'payment_attempt', ['order_id'], unique=False)
    op.create_table('audit_case',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_first', sa.Date(), nullable=False),
    sa.Column('due_last', sa.Date(), nullable=False),
    sa.Column('due_certain', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollment.id'], name=op.f('fk_audit_case_enrollment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_audit_case_person_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_audit_case_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_case')),
    sa.UniqueConstraint('enrollment_id', 'round', name=op.f('uq_audit_case_enrollment_id_round'))
    )
    op.create_index(op.f('ix_audit_case_enrollment_id'), 'audit_case', ['enrollment_id'], unique=False)
    op.create_index(op.f('ix_audit_case_person_id'), 'audit_case', ['person_id'], unique=False)
    op.create_index('ix_audit_case_queue', 'audit_case', ['state', 'due_last'], unique=False)
    op.create_index('uq_audit_case_waiting', 'audit_case', ['enrollment_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('exam_sitting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('grace_seconds', sa.Integer(), nullable=False),
    sa.Column('questions', sa.Integer(), nullable=False),
    sa.Column('full_score', sa.Integer(), nullable=False),
    sa.Column('pass_score', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('correct', sa.Integer(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollment.id'], name=op.f('fk_exam_sitting_enrollment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exam_sitting_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_sitting')),
    sa.UniqueConstraint('enrollment_id', 'number', name=op.f('uq_exam_sitting_enrollment_id_number'))
    )
    op.create_index(op.f('ix_exam_sitting_enrollment_id'), 'exam_sitting', ['enrollment_id'], unique=False)
    op.create_index('ix_exam_sitting_overdue', 'exam_sitting', ['state', 'ends_at'], unique=False)
    op.create_index(op.f('ix_exam_sitting_person_id'), 'exam_sitting', ['person_id'], unique=False)
    op.create_index('uq_exam_sitting_running', 'exam_sitting', ['enrollment_id'], unique=True, sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
    op.create_table('payment_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('notice_id', sa.String(length=64), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['payment_attempt.id'], name=op.f('fk_payment_notice_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_notice')),
    sa.UniqueConstraint('provider', 'notice_id', name=op.f('uq_payment_notice_provider_notice_id'))
    )
    op.create_index(op.f('ix_payment_notice_attempt_id'), 'payment_notice', ['attempt_id'], unique=False)
    op.create_table('proof',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_proof_document_id')),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollment.id'], name=op.f('fk_proof_enrollment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_proof_person_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_proof_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proof')),
    sa.UniqueConstraint('number', name=op.f('uq_proof_number'))
    )
    op.create_index(op.f('ix_proof_enrollment_id'), 'proof', ['enrollment_id'], unique=False)
    op.create_index(op.f('ix_proof_person_id'), 'proof', ['person_id'], unique=False)
    op.create_index('uq_proof_standing', 'proof', ['enrollment_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('refund',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('amount_fen', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['payment_attempt.id'], name=op.f('fk_refund_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_refund_attempt_id')),
    sa.UniqueConstraint('number', name=op.f('uq_refund_number'))
    )
    op.create_table('study',
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollment.id'], name=op.f('fk_study_enrollment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_study_person_id')),
    sa.PrimaryKeyConstraint('enrollment_id', name=op.f('pk_study'))
    )
    op.create_index(op.f('ix_study_person_id'), 'study', ['person_id'], unique=False)
    op.create_table('audit_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('ground', sa.String(length=1), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_account', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['audit_case.id'], name=op.f('fk_audit_decision_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_decision'))
    )
    op.create_index(op.f('ix_audit_decision_case_id'), 'audit_decision', ['case_id'], unique=False)
    op.create_table('exam_answer',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('stem', sa.Text(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('key', sa.String(length=5), nullable=False),
    sa.Column('choice', sa.String(length=5), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['question_id'], ['exam_question.id'], name=op.f('fk_exam_answer_question_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['exam_sitting.id'], name=op.f('fk_exam_answer_sitting_id')),
    sa.PrimaryKeyConstraint('sitting_id', 'place', name=op.f('pk_exam_answer'))
    )
    op.create_index(op.f('ix_exam_answer_question_id'), 'exam_answer', ['question_id'], unique=False)
    op.create_table('hour_note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_account', sa.Uuid(), nullable=True),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_hour_note_enrollment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hour_note'))
    )
    op.create_index(op.f('ix_hour_note_enrollment_id'), 'hour_note', ['enrollment_id'], unique=False)
    op.create_table('lesson_point',
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('resume_ms', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_lesson_point_enrollment_id')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_lesson_point_lesson_id')),
    sa.PrimaryKeyConstraint('enrollment_id', 'lesson_id', name=op.f('pk_lesson_point'))
    )
    op.create_table('study_lease',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('opened', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=300), nullable=False),
    sa.Column('first', sa.String(length=300), nullable=False),
    sa.Column('opened_ms', sa.BigInteger(), nullable=False),
    sa.Column('last_ms', sa.BigInteger(), nullable=False),
    sa.Column('closed_ms', sa.BigInteger(), nullable=True),
    sa.Column('closed_why', sa.String(length=30), nullable=True),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_study_lease_enrollment_id')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_study_lease_lesson_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_study_lease_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_study_lease')),
    sa.UniqueConstraint('person_id', 'epoch', name=op.f('uq_study_lease_person_id_epoch'))
    )
    op.create_index(op.f('ix_study_lease_enrollment_id'), 'study_lease', ['enrollment_id'], unique=False)
    op.create_index('uq_study_lease_open', 'study_lease', ['person_id'], unique=True, sqlite_where=sa.text('closed_ms IS NULL'), postgresql_where=sa.text('closed_ms IS NULL'))
    op.create_table('study_package',
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('package_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_study_package_enrollment_id')),
    sa.ForeignKeyConstraint(['package_id'], ['package.id'], name=op.f('fk_study_package_package_id')),
    sa.PrimaryKeyConstraint('enrollment_id', 'package_id', name=op.f('pk_study_package'))
    )
    op.create_table('beat',
    sa.Column('lease_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('position_ms', sa.Integer(), nullable=False),
    sa.Column('playing', sa.Boolean(), nullable=False),
    sa.Column('present', sa.Boolean(), nullable=False),
    sa.Column('credit', sa.SmallInteger(), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['study_lease.id'], name=op.f('fk_beat_lease_id')),
    sa.PrimaryKeyConstraint('lease_id', 'seq', name=op.f('pk_beat'))
    )
    op.create_table('media_read',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lease_id', sa.Uuid(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('first', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['study_lease.id'], name=op.f('fk_media_read_lease_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media_read'))
    )
    op.create_index(op.f('ix_media_read_lease_id'), 'media_read', ['lease_id'], unique=False)
    op.create_table('segment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lease_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('from_ms', sa.BigInteger(), nullable=False),
    sa.Column('to_ms', sa.BigInteger(), nullable=False),
    sa.Column('pos_from_ms', sa.Integer(), nullable=False),
    sa.Column('pos_to_ms', sa.Integer(), nullable=False),
    sa.Column('slot', sa.BigInteger(), nullable=False),
    sa.Column('slots', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_segment_enrollment_id')),
    sa.ForeignKeyConstraint(['lease_id'], ['study_lease.id'], name=op.f('fk_segment_lease_id')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_segment_lesson_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment'))
    )
    op.create_index(op.f('ix_segment_enrollment_id'), 'segment', ['enrollment_id'], unique=False)
    op.create_index(op.f('ix_segment_lease_id'), 'segment', ['lease_id'], unique=False)
    op.create_table('hour_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('slots', sa.SmallInteger(), nullable=False),
    sa.Column('slot', sa.BigInteger(), nullable=True),
    sa.Column('segment_id', sa.Uuid(), nullable=True),
    sa.Column('answers_id', sa.Uuid(), nullable=True),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(slot IS NULL) = (answers_id IS NOT NULL)', name=op.f('ck_hour_entry_slot_or_answer')),
    sa.CheckConstraint('slots BETWEEN 1 AND 3600', name=op.f('ck_hour_entry_slots')),
    sa.ForeignKeyConstraint(['answers_id'], ['hour_entry.id'], name=op.f('fk_hour_entry_answers_id')),
    sa.ForeignKeyConstraint(['enrollment_id'], ['study.enrollment_id'], name=op.f('fk_hour_entry_enrollment_id')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_hour_entry_lesson_id')),
    sa.ForeignKeyConstraint(['note_id'], ['hour_note.id'], name=op.f('fk_hour_entry_note_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_hour_entry_person_id')),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_hour_entry_segment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hour_entry')),
    sa.UniqueConstraint('answers_id', name=op.f('uq_hour_entry_answers_id')),
    sa.UniqueConstraint('person_id', 'slot', name=op.f('uq_hour_entry_person_id_slot'))
    )
    op.create_index('ix_hour_entry_enrollment_id', 'hour_entry', ['enrollment_id'], unique=False)

    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS
    for statements in guards.values():
        for statement in statements:
            op.execute(statement)


def downgrade() -> None:
    op.drop_index('ix_hour_entry_enrollment_id', table_name='hour_entry')
    op.drop_table('hour_entry')
    op.drop_index(op.f('ix_segment_lease_id'), table_name='segment')
    op.drop_index(op.f('ix_segment_enrollment_id'), table_name='segment')
    op.drop_table('segment')
    op.drop_index(op.f('ix_media_read_lease_id'), table_name='media_read')
    op.drop_table('media_read')
    op.drop_table('beat')
    op.drop_table('study_package')
    op.drop_index('uq_study_lease_open', table_name='study_lease', sqlite_where=sa.text('closed_ms IS NULL'), postgresql_where=sa.text('closed_ms IS NULL'))
    op.drop_index(op.f('ix_study_lease_enrollment_id'), table_name='study_lease')
    op.drop_table('study_lease')
    op.drop_table('lesson_point')
    op.drop_index(op.f('ix_hour_note_enrollment_id'), table_name='hour_note')
    op.drop_table('hour_note')
    op.drop_index(op.f('ix_exam_answer_question_id'), table_name='exam_answer')
    op.drop_table('exam_answer')
    op.drop_index(op.f('ix_audit_decision_case_id'), table_name='audit_decision')
    op.drop_table('audit_decision')
    op.drop_index(op.f('ix_study_person_id'), table_name='study')
    op.drop_table('study')
    op.drop_table('refund')
    op.drop_index('uq_proof_standing', table_name='proof', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_proof_person_id'), table_name='proof')
    op.drop_index(op.f('ix_proof_enrollment_id'), table_name='proof')
    op.drop_table('proof')
    op.drop_index(op.f('ix_payment_notice_attempt_id'), table_name='payment_notice')
    op.drop_table('payment_notice')
    op.drop_index('uq_exam_sitting_running', table_name='exam_sitting', sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
    op.drop_index(op.f('ix_exam_sitting_person_id'), table_name='exam_sitting')
    op.drop_index('ix_exam_sitting_overdue', table_name='exam_sitting')
    op.drop_index(op.f('ix_exam_sitting_enrollment_id'), table_name='exam_sitting')
    op.drop_table('exam_sitting')
    op.drop_index('uq_audit_case_waiting', table_name='audit_case', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index('ix_audit_case_queue', table_name='audit_case')
    op.drop_index(op.f('ix_audit_case_person_id'), table_name='audit_case')
    op.drop_index(op.f('ix_audit_case_enrollment_id'), table_name='audit_case')
    op.drop_table('audit_case')
    op.drop_index(op.f('ix_payment_attempt_order_id'), table_name='payment_attempt')
    op.drop_table('payment_attempt')
    op.drop_index('ix_order_line_subject', table_name='order_line')
    op.drop_index(op.f('ix_order_line_order_id'), table_name='order_line')
    op.drop_table('order_line')
    op.drop_index(op.f('ix_login_session_account_id'), table_name='login_session')
    op.drop_table('login_session')
    op.drop_index(op.f('ix_lesson_upload_package_id'), table_name='lesson_upload')
    op.drop_table('lesson_upload')
    op.drop_index(op.f('ix_invoice_state'), table_name='invoice')
    op.drop_table('invoice')
    op.drop_index('uq_enrollment_live', table_name='enrollment', sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.drop_index('ix_enrollment_person_year', table_name='enrollment')
    op.drop_index(op.f('ix_enrollment_order_id'), table_name='enrollment')
    op.drop_index(op.f('ix_enrollment_certificate_id'), table_name='enrollment')
    op.drop_table('enrollment')
    op.drop_index(op.f('ix_certificate_status_entry_certificate_id'), table_name='certificate_status_entry')
    op.drop_table('certificate_status_entry')
    op.drop_index(op.f('ix_certificate_issue_certificate_id'), table_name='certificate_issue')
    op.drop_table('certificate_issue')
    op.drop_index('ix_attestation_holder', table_name='attestation')
    op.drop_table('attestation')
    op.drop_index(op.f('ix_account_role_account_id'), table_name='account_role')
    op.drop_table('account_role')
    op.drop_index(op.f('ix_supervised_request_person_id'), table_name='supervised_request')
    op.drop_table('supervised_request')
    op.drop_index(op.f('ix_snapshot_person_id'), table_name='snapshot')
    op.drop_table('snapshot')
    op.drop_index(op.f('ix_registry_pull_person_id'), table_name='registry_pull')
    op.drop_table('registry_pull')
    op.drop_index(op.f('ix_registry_holding_id_number_mac'), table_name='registry_holding')
    op.drop_table('registry_holding')
    op.drop_index(op.f('ix_photo_ticket_state'), table_name='photo_ticket')
    op.drop_index(op.f('ix_photo_ticket_person_id'), table_name='photo_ticket')
    op.drop_table('photo_ticket')
    op.drop_table('photo_draft')
    op.drop_index('ix_orders_state', table_name='orders')
    op.drop_index('ix_orders_payer', table_name='orders')
    op.drop_table('orders')
    op.drop_index(op.f('ix_message_person_id'), table_name='message')
    op.drop_table('message')
    op.drop_index(op.f('ix_lesson_package_id'), table_name='lesson')
    op.drop_table('lesson')
    op.drop_index('ix_hours_record_person', table_name='hours_record')
    op.drop_table('hours_record')
    op.drop_table('face_template')
    op.drop_index('ix_face_challenge_person', table_name='face_challenge')
    op.drop_index(op.f('ix_face_challenge_enrollment_id'), table_name='face_challenge')
    op.drop_table('face_challenge')
    op.drop_index(op.f('ix_delivery_person_id'), table_name='delivery')
    op.drop_index(op.f('ix_delivery_created_at'), table_name='delivery')
    op.drop_table('delivery')
    op.drop_index(op.f('ix_consent_person_id'), table_name='consent')
    op.drop_table('consent')
    op.drop_index(op.f('ix_certificate_person_id'), table_name='certificate')
    op.drop_index(op.f('ix_certificate_number'), table_name='certificate')
    op.drop_table('certificate')
    op.drop_table('account')
    op.drop_table('trail_seal')
    op.drop_index(op.f('ix_trail_subject'), table_name='trail')
    op.drop_index(op.f('ix_trail_actor'), table_name='trail')
    op.drop_index(op.f('ix_trail_action'), table_name='trail')
    op.drop_table('trail')
    op.drop_index(op.f('ix_throttle_last_at'), table_name='throttle')
    op.drop_table('throttle')
    op.drop_index('ix_sms_code_phone', table_name='sms_code')
    op.drop_index(op.f('ix_sms_code_expires_at'), table_name='sms_code')
    op.drop_table('sms_code')
    op.drop_table('post')
    op.drop_index(op.f('ix_person_phone_mac'), table_name='person')
    op.drop_table('person')
    op.drop_index(op.f('ix_password_reset_created_at'), table_name='password_reset')
    op.drop_table('password_reset')
    op.drop_index(op.f('ix_package_post'), table_name='package')
    op.drop_table('package')
    op.drop_index('ix_outbox_open', table_name='outbox')
    op.drop_table('outbox')
    op.drop_table('organization')
    op.drop_table('once')
    op.drop_table('number_series')
    op.drop_index(op.f('ix_notice_published_at'), table_name='notice')
    op.drop_table('notice')
    op.drop_index(op.f('ix_inbox_sms_received_at'), table_name='inbox_sms')
    op.drop_table('inbox_sms')
    op.drop_index(op.f('ix_image_code_expires_at'), table_name='image_code')
    op.drop_table('image_code')
    op.drop_table('face_mean')
    op.drop_index(op.f('ix_exam_question_scope'), table_name='exam_question')
    op.drop_index('ix_exam_question_drawn', table_name='exam_question')
    op.drop_table('exam_question')
    op.drop_table('exam_bank_import')
    op.drop_index(op.f('ix_evidence_term_until'), table_name='evidence_term')
    op.drop_table('evidence_term')
    op.drop_index(op.f('ix_document_subject_id'), table_name='document')
    op.drop_table('document')

    if op.get_bind().dialect.name == "postgresql":
        for name in ("segment_append_only", "hour_entry_append_only", "hour_note_append_only", "hour_entry_overlap"):
            op.execute(f"DROP FUNCTION {name}()")

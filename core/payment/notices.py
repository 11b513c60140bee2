"""Taking in what the provider tells: proven, fitting, once."""
from collections.abc import Mapping
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.base.db import new_id
from core.base.errors import DomainError, NotFound
from core.payment import rules
from core.payment.gateway import provider_of
from core.payment.models import PaymentAttempt, PaymentNotice
from core.payment.provider import Notice, NoticeRefused
from core.payment.rules import Asked
from core.payment.service import take_in
from core.tenancy import Ctx

STATUS = {"signature": 401, "stale": 401, "malformed": 400}


def receive(ctx: Ctx, provider_name: str, headers: Mapping[str, str], body: bytes) -> None:
    """One delivery of a notice (N-28, R15): a repeat is answered with success and does nothing.

    Refused, with a trail row that outlives the rollback, when it is not the provider's, not fresh, or does
    not fit what was asked.
    """
    provider = provider_of(ctx)
    if provider_name != provider.name:
        raise NotFound("provider", _("没有这个支付机构。"))
    try:
        notice = provider.read_notice(headers, body, ctx.tenant.clock.wall())
    except NoticeRefused as error:
        _refuse(ctx, "-", error.code, STATUS.get(error.code, 400))
    with ctx.tenant.session(write=False) as session:
        # A storm of repeats must not queue for the write lock; the gate below still decides.
        if session.scalar(select(PaymentNotice.id).where(PaymentNotice.provider == provider.name,
                                                         PaymentNotice.notice_id == notice.id)):
            return
    attempt = ctx.db.scalar(select(PaymentAttempt).where(PaymentAttempt.number == notice.number))
    asked = Asked(attempt.merchant, attempt.number, attempt.amount_fen) if attempt else None
    wrong = rules.mismatch(notice, provider.merchant, asked)
    if wrong is not None or attempt is None:
        _refuse(ctx, notice.number[:64], wrong or "order", 422)
    if first_time(ctx.db, provider.name, notice, attempt, ctx):
        take_in(ctx, notice.number, notice.fact)


def _refuse(ctx: Ctx, number: str, why: str, status: int) -> NoReturn:
    ctx.record_refusal("payment.notice", number, why=str(why))
    raise DomainError(f"notice_{why}", _("这个支付通知没有通过核对，没有做任何更改。"), status=status)


def first_time(session: Session, provider: str, notice: Notice, attempt: PaymentAttempt, ctx: Ctx) -> bool:
    """The gate: whether this notice was never taken in; a concurrent twin waits here until the first is done."""
    values = {"id": new_id(), "provider": provider, "notice_id": notice.id, "attempt_id": attempt.id,
              "kind": notice.fact.value, "at": ctx.now}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    gate: Insert = dialect.insert(PaymentNotice).values(values).on_conflict_do_nothing(
        index_elements=["provider", "notice_id"]).returning(PaymentNotice.id)
    return session.execute(gate).first() is not None

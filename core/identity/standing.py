"""Whether a sign-in stands, as a condition for a statement that must not ask first (the study beat)."""
from datetime import datetime, timedelta

from sqlalchemy import Select, Uuid, bindparam, select

from core.base.db import Id, UtcDateTime
from core.tenancy import Role
from core.tenancy.rules import AccountRules

from core.identity.models import Account, AccountRole, LoginSession
from core.identity.queries import SEEN_EVERY
from core.identity.service import Stage


def standing_trainee() -> Select[Id, datetime]:
    """The sign-in of a cookie, if `load_actor` would let this person study by it: it stands, and the account does.

    The parameters are those of `standing_values`; tests/course/test_lean.py holds both together.
    """
    trainee = select(AccountRole.id).where(AccountRole.account_id == Account.id, AccountRole.role == Role.TRAINEE.value)
    return select(LoginSession.id, LoginSession.seen_at).join(Account, Account.id == LoginSession.account_id).where(
        LoginSession.token_digest == bindparam("sign_in"), LoginSession.stage == Stage.FULL.value,
        LoginSession.ended_at.is_(None), LoginSession.seen_at > bindparam("idle_since", type_=UtcDateTime()),
        LoginSession.created_at > bindparam("signed_in_since", type_=UtcDateTime()),
        Account.disabled_at.is_(None), Account.person_id == bindparam("person", type_=Uuid()), trainee.exists())


def standing_values(rules: AccountRules, sign_in: str, person: object, now: datetime) -> dict[str, object]:
    """The parameters of `standing_trainee`, and `unseen_since`: who was seen before that is to be noted as seen."""
    return {"sign_in": sign_in, "person": person, "idle_since": now - timedelta(minutes=rules.idle_minutes),
            "signed_in_since": now - timedelta(hours=rules.absolute_hours), "unseen_since": now - SEEN_EVERY}

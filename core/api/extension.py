"""For a plugin that needs the tenant's answer to a question which another plugin may answer."""
from core.base.db import Id
from core.contract.values import PhoneCorrection
from core.extension import hooks
from core.identity import person_facts, person_of
from core.tenancy import Ctx

__all__ = ["phone_correction"]


def phone_correction(ctx: Ctx, person_id: Id) -> PhoneCorrection:
    """X-08: who may correct this person's phone, and the numbers to call."""
    return hooks(ctx).resolve_phone_correction(person_facts(ctx, person_of(ctx, person_id)))

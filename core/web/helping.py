"""Whom a person turns to where only people can help."""
from flask_babel import gettext as _

from core.tenancy import Ctx


def whom_to_ask(ctx: Ctx) -> str:
    """The end of a sentence; a tenant may have no telephone (GD-27)."""
    rules = ctx.rules()
    if rules.portal.hotlines or rules.portal.centre_phones:
        return str(_("拨打服务电话"))
    if rules.account.origin == "institution":
        return str(_("联系为您报名的培训机构"))
    return str(_("联系平台工作人员"))

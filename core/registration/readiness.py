"""What a trainee still has to put in order before the first study (GD-09, BJ-06), as one list with one next step."""
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from core.identity import Person, Side, password_is_initial, scans_of
from core.tenancy import Ctx


@dataclass(frozen=True)
class Need:
    """One thing that is asked for: done or not, and where it is done."""

    key: str
    label: str
    done: bool
    url: str


def needs(ctx: Ctx, person: Person) -> list[Need]:
    """In the order of the manuals: password, ID card, head picture, phone; what is not asked for is left out."""
    rules = ctx.rules()
    found = [Need("photo", _("上传本人照片（头像）"), person.photo_key is not None, url_for("registration.basics"))]
    if rules.account.id_scans:
        both = len(scans_of(ctx, person)) == len(Side)
        found.insert(0, Need("scans", _("上传身份证正反面"), both, url_for("registration.scans_page")))
    if rules.account.password_before_study:
        found.insert(0, Need("password", _("修改初始密码"), not password_is_initial(ctx, person),
                             url_for("identity.change_password")))
    if rules.account.confirm_phone:
        found.append(Need("phone", _("核对手机号是否正确"), person.phone_confirmed_at is not None,
                          url_for("registration.record", _anchor="phone")))
    return found


def next_need(ctx: Ctx, person: Person) -> Need | None:
    """The first that is not done."""
    return next((need for need in needs(ctx, person) if not need.done), None)

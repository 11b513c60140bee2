"""施工现场专业人员培训机构查询: the announced institutions with their fees, for anybody (GD-04, GD-06, GD-23)."""
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.access import PUBLIC, policy
from core.organization.institutions import INSTITUTION, fee_in_force, institutions
from core.organization.models import Organization
from core.organization.modes import SANCTION_WORDS
from core.organization.sanctions import standing_of
from core.web import JianxueFlask, current_ctx, page
from core.web.paging import page_of

bp = Blueprint("organization", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/institutions", endpoint="institutions")
@policy(PUBLIC)
def listing() -> ResponseReturnValue:
    """The institutions by city, searched by `q` in name and place."""
    ctx = current_ctx()
    cities = ctx.db.scalars(select(Organization.city).distinct().where(
        Organization.kind == INSTITUTION, Organization.closed_at.is_(None), Organization.city != "").order_by(
            Organization.city)).all()
    city, words = request.args.get("city", ""), request.args.get("q", "").strip()[:60]
    wanted = institutions()
    if city in cities:
        wanted = wanted.where(Organization.city == city)
    if words:
        wanted = wanted.where(Organization.name.contains(words, autoescape=True)
                              | Organization.place.contains(words, autoescape=True))
    found = page_of(ctx.db, wanted, request.args, size=20)
    return page("organization/institutions.html", page=found, cities=[(one, one) for one in cities], city=city,
                words=words, fees={one.id: fee_in_force(ctx, one) for one in found.items},
                standing=standing_of(ctx, [one.id for one in found.items]), sanctions=SANCTION_WORDS)

"""A page of its own, with a word from its own catalogue."""
from flask import Blueprint, Response
from flask_babel import gettext as _

from core.api.web import PUBLIC, JianxueFlask, page, policy

bp = Blueprint("parcel", __name__, template_folder="templates", static_folder="static",
               static_url_path="/parcel/static")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/parcel/<uuid:parcel_id>")
@policy(PUBLIC)
def show(parcel_id: object) -> Response:
    return page("parcel/show.html", word=_("包裹已寄出"))

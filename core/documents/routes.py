"""No address of its own: the app only has to know the templates that documents of other flows and of plugins extend."""
from flask import Blueprint

from core.web import JianxueFlask

bp = Blueprint("documents", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)

"""The trainee's pages of the exam (N-40 … N-42)."""
from flask import Blueprint

from core.web import JianxueFlask

bp = Blueprint("exam", __name__, template_folder="templates", url_prefix="/exam")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)

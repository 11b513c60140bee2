"""Hanging the console into the app, before the flows bring their pages."""
from flask import Blueprint

from core.admin.console import open_console
from core.web import JianxueFlask


def install(app: JianxueFlask) -> None:
    app.register_blueprint(Blueprint("admin_parts", __name__, template_folder="templates"))
    open_console(app)

"""Routes above all flows: the portal's own pages."""
from core.console import portal, sections
from core.web import JianxueFlask


def install(app: JianxueFlask) -> None:
    app.register_blueprint(portal.bp)
    app.register_blueprint(sections.bp)

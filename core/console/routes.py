"""Routes above all flows: the portal's own pages."""
from core.console import portal, sections
from core.notification import unread
from core.web import JianxueFlask, navigation


def install(app: JianxueFlask) -> None:
    app.register_blueprint(portal.bp)
    app.register_blueprint(sections.bp)
    navigation.badge(app, "messages", unread)

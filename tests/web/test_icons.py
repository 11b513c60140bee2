"""Every icon that a page or a menu names is in the one file of icons: a missing one leaves a hole, not an error."""
import re

from core.admin import console_of
from core.base.config import ROOT
from core.web import JianxueFlask
from core.web.navigation import BELL, MENU

USED = re.compile(r"icon\(\"([a-z0-9-]+)\"")


def known() -> set[str]:
    drawing = (ROOT / "core/web/static/img/icons.svg").read_text(encoding="utf-8")
    return set(re.findall(r'id="([a-z0-9-]+)"', drawing))


def test_templates_name_icons_that_exist() -> None:
    used = {(icon, path.name) for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.html")
            for icon in USED.findall(path.read_text(encoding="utf-8"))}
    assert used and not {(icon, name) for icon, name in used if icon not in known()}


def test_menus_name_icons_that_exist(app: JianxueFlask) -> None:
    named = {entry.icon for entry in console_of(app).entries} | {BELL.icon}
    named |= {entry.icon for _title, entries in MENU for entry in entries}
    assert named - {""} <= known()

"""Brings the English catalogues up to the source: new texts come in empty, those that are gone leave, all is compiled.

    python scripts/catalogue.py            the core's and those of the plugins in plugins/
    python scripts/catalogue.py desk       one plugin's

A plugin's catalogue holds what the core's does not say already. What has no English yet is printed.
"""
import sys
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from core.base.config import ROOT

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "N_": None}
CORE = ROOT / "core"


def file_of(home: Path) -> Path:
    return home / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def read(home: Path) -> Catalog:
    if not file_of(home).exists():
        return Catalog(locale="en", fuzzy=False, header_comment=f"# English of {home.name}; Chinese is the source.")
    with file_of(home).open("rb") as file:
        return pofile.read_po(file, locale="en")


def bring_up(home: Path) -> None:
    catalogue, core = read(home), read(CORE) if home != CORE else Catalog()
    found = Catalog(locale="en", fuzzy=False)
    for _file, _line, text, comments, context in extract_from_dir(home, METHODS, OPTIONS, KEYWORDS):
        if (text if isinstance(text, str) else text[0]) not in core:
            found.add(text, auto_comments=comments, context=context)
    for message in catalogue:  # a word of the core that the plugin says differently
        if message.id and message.id in core:
            found.add(message.id)
    if not any(message.id for message in found) and not file_of(home).exists():
        return
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    file_of(home).parent.mkdir(parents=True, exist_ok=True)
    with file_of(home).open("wb") as target:
        pofile.write_po(target, catalogue, no_location=True, ignore_obsolete=True, width=120)
    with file_of(home).with_suffix(".mo").open("wb") as target:
        mofile.write_mo(target, catalogue)
    for message in catalogue:
        if message.id and not message.string:
            print(f"{home.name}: {message.id}")


def main(names: list[str]) -> None:
    plugins = sorted(path.name for path in (ROOT / "plugins").iterdir() if (path / "hooks.py").exists())
    for name in names or ["core", *plugins]:
        bring_up(CORE if name == "core" else ROOT / "plugins" / name)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Chinese is the source, English is complete: every text translated, its variables kept, the compiled file fresh."""
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from core.base.config import ROOT
from core.tenancy import Tenant
from tests.browse import Browser

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "N_": None}
VARIABLE = re.compile(r"%\(\w+\)[a-z]|%%\w+%%|\{\w+\}")
CORE = ROOT / "core"
HOMES = [CORE, *sorted(path for path in (ROOT / "plugins").iterdir() if (path / "hooks.py").exists())]
"""The core and each plugin has a catalogue of its own."""
each_home = pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)


def in_source(home: Path) -> set[str]:
    """Every text that the code and the templates mark."""
    found = extract_from_dir(home, METHODS, OPTIONS, KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _said, _context in found}


def catalogue(home: Path) -> Path:
    return home / "translations/en/LC_MESSAGES/messages.po"


def english(home: Path) -> Catalog:
    """Its catalogue; an empty one where a plugin brings no words."""
    if home != CORE and not catalogue(home).exists():
        return Catalog(locale="en")
    with catalogue(home).open("rb") as file:
        return pofile.read_po(file, locale="en")


@each_home
def test_every_text_has_an_english(home: Path) -> None:
    """`python scripts/catalogue.py` writes what is missing into the catalogue. A plugin may use the core's words."""
    known = {message.id for place in {home, CORE} for message in english(place) if message.string}
    missing = sorted(in_source(home) - known)
    assert not missing, f"{len(missing)} texts: {missing[:10]}"


@each_home
def test_no_english_of_a_text_that_is_gone(home: Path) -> None:
    """A plugin may also say a word of the core differently."""
    texts = in_source(home) | in_source(CORE)
    assert not [message.id for message in english(home) if message.id and message.id not in texts]


@each_home
def test_variables_are_kept(home: Path) -> None:
    wrong = [message.id for message in english(home) if message.id
             and sorted(VARIABLE.findall(message.id)) != sorted(VARIABLE.findall(str(message.string)))]
    assert not wrong


@each_home
def test_no_english_is_chinese(home: Path) -> None:
    """Words in 【】 and the names of a sheet's columns are shown as they stand on the screen."""
    quoted = re.compile(r"【[^】]*】|“[^”]*”|(题型|题干|选项|答案|解析|难度|岗位|知识点|依据)")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [message.string for message in english(home) if chinese.search(quoted.sub("", str(message.string)))]


@each_home
def test_the_compiled_catalogue_is_fresh(home: Path) -> None:
    """`python scripts/catalogue.py` after each change of messages.po."""
    if home != CORE and not catalogue(home).exists():
        return
    fresh = io.BytesIO()
    mofile.write_mo(fresh, english(home))
    with catalogue(home).with_suffix(".mo").open("rb") as file:
        kept = mofile.read_mo(file)
    fresh.seek(0)
    wanted = mofile.read_mo(fresh)
    assert {message.id: message.string for message in kept} == {message.id: message.string for message in wanted}


@pytest.mark.parametrize(("path", "words"), [
    ("/", "Continuing education for site professionals"), ("/flow", "Flow chart"),
    ("/sign-in", "Forgotten password?"), ("/help", "Common questions"),
])
def test_pages_in_english(browser_of: Callable[[Tenant], Browser], tenant: Tenant, path: str, words: str) -> None:
    browser = browser_of(tenant)
    browser.get("/")
    browser.submit("/preferences", {"locale": "en"})
    text = browser.get(path).text
    assert '<html lang="en"' in text and words in text

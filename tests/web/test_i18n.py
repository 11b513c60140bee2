"""Chinese is the source, English is complete: every text translated, its variables kept, the compiled file fresh."""
import io
import re
from collections.abc import Callable

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from core.base.config import ROOT
from core.tenancy import Tenant
from tests.browse import Browser

ENGLISH = ROOT / "core/translations/en/LC_MESSAGES/messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "N_": None}
VARIABLE = re.compile(r"%\(\w+\)[a-z]|%%\w+%%|\{\w+\}")


def in_source() -> set[str]:
    """Every text that the code and the templates mark."""
    found = extract_from_dir(ROOT / "core", METHODS, OPTIONS, KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _said, _context in found}


def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return pofile.read_po(file, locale="en")


def test_every_text_has_an_english() -> None:
    catalog = english()
    missing = sorted(text for text in in_source() if text not in catalog or not catalog[text].string)
    assert not missing, f"{len(missing)} texts: {missing[:10]}"


def test_no_english_of_a_text_that_is_gone() -> None:
    texts = in_source()
    assert not [message.id for message in english() if message.id and message.id not in texts]


def test_variables_are_kept() -> None:
    wrong = [message.id for message in english() if message.id
             and sorted(VARIABLE.findall(message.id)) != sorted(VARIABLE.findall(str(message.string)))]
    assert not wrong


def test_no_english_is_chinese() -> None:
    """Words in 【】 and the names of a sheet's columns are shown as they stand on the screen."""
    quoted = re.compile(r"【[^】]*】|“[^”]*”|(题型|题干|选项|答案|解析|难度|岗位|知识点|依据)")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [message.string for message in english() if chinese.search(quoted.sub("", str(message.string)))]


def test_the_compiled_catalogue_is_fresh() -> None:
    """`pybabel compile -d core/translations` after each change of messages.po."""
    fresh = io.BytesIO()
    mofile.write_mo(fresh, english())
    with ENGLISH.with_suffix(".mo").open("rb") as file:
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

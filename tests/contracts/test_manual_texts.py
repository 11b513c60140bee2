"""Every SMS and pop-up of a province equals its manual, letter by letter, where the manuals are at hand."""
import re
from pathlib import Path

import pytest

from core.tenancy.settings import RuleSet, read_tenants
from tests.data import DATA, TENANTS

SEEDS = DATA.parent / "seeds"
MARKUP = re.compile(r"[\s*※]+")
# A scanned manual writes half-width signs where its own print has full-width ones, and the other way round.
SIGNS = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）", '"': "“", "”": "“"})
# The manual's own example stands for the variable: "XXX", "XXXX", and the year of the manual.
VARIABLES = {"name": "XXX", "post": "XXX"}
YEARS = {"000": "XXXX", "002": "2020", "003": "2020"}

MANUALS = {"000": "national", "001": "jilin", "002": "guangdong", "003": "beijing"}
PREFIX = {"001": "JL-", "002": "GD-", "003": "BJ-"}
# What must stand in the manual whichever tenant's file it comes from. Beside these, every text that a province
# sets with a row of its own manual as its source.
EVERYWHERE = ("replacement", "completion_popup", "impersonation_notice", "exam_failed", "face_tips", "cheating_sms")
REQUIRED = {
    "000": (*EVERYWHERE, "camera_notice", "no_seek", "registered", "cycle_tip", "pay_recommended"),
    "001": ("registered", "no_seek", "cycle_tip"),
    "002": (*EVERYWHERE, "no_seek", "phone_tip", "audit_time", "audit_passed_sms", "completion_sms",
            "continuing_hint", "closing_notices", "sign_in_tip", "ready_tip"),
    "003": (*EVERYWHERE, "important_notice", "sign_in_tip", "ready_tip", "camera_notice", "no_seek",
            "audit_passed_sms", "closing_notices"),
}
URLS = {"continuing_hint": "http://rcpx.cabp.com.cn/"}


def plain(text: str) -> str:
    """Without blanks and markup, with one form of each sign."""
    return MARKUP.sub("", text).replace("<", "").replace(">", "").translate(SIGNS)


def manual(seed: str) -> str:
    found = next(iter(sorted(SEEDS.glob(f"{seed}_*.txt"))), None) if SEEDS.exists() else None
    if found is None:
        pytest.skip("the manuals are not at hand")
    # A page of the scan of Jilin's ends within 继续教育 and the next begins with it again.
    return plain(Path(found).read_text(encoding="utf-8")).replace("完成继继续教育", "完成继续教育")


def rules_of(slug: str) -> RuleSet:
    return next(tenant.rule_set for tenant in read_tenants(TENANTS, demo=False) if tenant.slug == slug)


def texts() -> list[tuple[str, str, str]]:
    found = []
    for seed, slug in MANUALS.items():
        sources = rules_of(slug).sources
        own = [key.removeprefix("texts.") for key, source in sources.items()
               if key.startswith("texts.") and source.startswith(PREFIX.get(seed, "-"))]
        found += [(seed, slug, key) for key in sorted({*REQUIRED[seed], *own})]
    return found


@pytest.mark.parametrize(("seed", "slug", "key"), texts(), ids=lambda value: str(value))
def test_a_text_stands_in_its_manual(seed: str, slug: str, key: str) -> None:
    """X-13, X-17, X-26, X-28, X-29; GD-05, GD-12, GD-14, GD-15, GD-16, GD-18, GD-25, GD-27; N-36, N-38, N-46."""
    page = manual(seed)
    value = rules_of(slug).value(f"texts.{key}")
    for line in value if isinstance(value, tuple) else (value,):
        assert isinstance(line, str)
        filled = line.format(**VARIABLES, year=YEARS.get(seed, ""), url=URLS.get(key, "")) if "{" in line else line
        assert filled and plain(filled).rstrip("。；，") in page

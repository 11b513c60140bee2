"""Numbers, year lines, and when a certificate may be replaced."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.certificate.rules import (YearLine, certificate_number, complete_in_window, looks_like_id_number,
                                    province_code, series_of, tidy_number, year_lines)

FORM = "{province}{year}{serial:06d}"


@pytest.mark.parametrize(("province", "code"), [
    ("吉林省", "22"), ("吉林", "22"), ("内蒙古自治区", "15"), ("北京市", "11"), ("浙江省", "33"), ("", "10"), ("部直属", "10")])
def test_province_code(province: str, code: str) -> None:
    """N-20, JL-08: numbers begin with the province's code (吉林 221175…)."""
    assert province_code(province) == code


def test_number_by_the_tenants_rule() -> None:
    """N-52: the number rule is a setting."""
    assert certificate_number(FORM, "吉林省", 2026, 7) == "222026000007"
    assert series_of(FORM, "吉林省", 2026) == "222026"
    assert certificate_number("ZJ-{serial:04d}", "浙江省", 2026, 12) == "ZJ-0012"
    assert series_of("ZJ-{serial:04d}", "浙江省", 2026) == "ZJ-"


@given(st.tuples(st.sampled_from(["吉林省", "广东省"]), st.integers(2019, 2030), st.integers(1, 999_999)),
       st.tuples(st.sampled_from(["吉林省", "广东省"]), st.integers(2019, 2030), st.integers(1, 999_999)))
def test_numbers_differ(one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    """N-52: two certificates never carry one number."""
    assert (certificate_number(FORM, *one) == certificate_number(FORM, *other)) == (one == other)


def test_one_line_a_year() -> None:
    """GD-26, N-57: one line for each complete year, oldest first; reversed hours have no line."""
    records = [(2020, 32), (2019, 32), (2021, 32), (2021, -32), (2022, 20), (2022, 12), (2023, 31)]
    assert year_lines(records, 32) == (YearLine(2019, 32), YearLine(2020, 32), YearLine(2022, 32))
    assert year_lines([(2021, 32), (2021, -32), (2021, 32)], 32) == (YearLine(2021, 32),)
    assert year_lines([], 32) == ()


@pytest.mark.parametrize(("hours", "complete"), [
    ({2026: 32}, True), ({2025: 32}, True), ({2024: 32}, False), ({2026: 31}, False), ({}, False),
    ({2025: 31, 2026: 32}, True)])
def test_hours_of_the_window(hours: dict[int, int], complete: bool) -> None:
    """N-22, N-54: a year that may still be studied, completely on record."""
    assert complete_in_window(hours, 2026, 1, 32) is complete


def test_an_id_number_is_told_from_a_certificate_number() -> None:
    """U3: an ID number typed into the query never reaches an address."""
    assert looks_like_id_number("110102 19910101 0078")
    assert not looks_like_id_number("222026000007")
    assert tidy_number(" 2220２6-000007 ") == "222026000007"

"""Pure rules of proof, replacement and refresh. No session, no clock."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.base.ids import IdError, parse_id_number, tidy

PROOF_NUMBER = "XS{year}{serial:06d}"
_PROVINCES = (
    "11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江 31上海 32江苏 33浙江 34安徽 35福建 36江西 37山东 41河南 "
    "42湖北 43湖南 44广东 45广西 46海南 50重庆 51四川 52贵州 53云南 54西藏 61陕西 62甘肃 63青海 64宁夏 65新疆 71台湾 "
    "81香港 82澳门")
PROVINCE_CODES: Mapping[str, str] = {entry[2:]: entry[:2] for entry in _PROVINCES.split()}
NATIONAL_CODE = "10"


@dataclass(frozen=True)
class YearLine:
    """One line of 继续教育记录 (GD-26)."""

    year: int
    hours: int


def province_code(province: str) -> str:
    """Two digits of a province's name however long it is written (吉林, 吉林省); 10 for the ministry itself."""
    for name, code in PROVINCE_CODES.items():
        if province.startswith(name):
            return code
    return NATIONAL_CODE


def certificate_number(form: str, province: str, year: int, serial: int) -> str:
    """A certificate number by the tenant's rule `certificate.number_format` (N-52)."""
    return form.format(province=province_code(province), year=year, serial=serial)


def series_of(form: str, province: str, year: int) -> str:
    """What the serial counts within: the number up to its serial, so that no number is ever given twice."""
    return form.split("{serial")[0].format(province=province_code(province), year=year)


def year_lines(records: Iterable[tuple[int, int]], full: int) -> tuple[YearLine, ...]:
    """One line for each year whose hours are complete, the oldest first; reversals have counted themselves out.

    `records`: (year, hours) with negative hours for a reversal; `full`: class hours of a year (32). GD-26, N-57.
    """
    sums: dict[int, int] = {}
    for year, hours in records:
        sums[year] = sums.get(year, 0) + hours
    return tuple(YearLine(year, min(hours, full)) for year, hours in sorted(sums.items()) if hours >= full)


def complete_in_window(hours: Mapping[int, int], this_year: int, years_back: int, full: int) -> bool:
    """Whether the hours of the current year, or of one of the years before it that may still be studied
    (N-22), are all on record."""
    return any(hours.get(year, 0) >= full for year in range(this_year - years_back, this_year + 1))


def looks_like_id_number(text: str) -> bool:
    """Whether somebody typed an ID number where a certificate number belongs: it must not reach an address."""
    try:
        parse_id_number(text)
    except IdError:
        return False
    return True


def tidy_number(text: str) -> str:
    """A certificate number in its one written form."""
    return tidy(text).upper()

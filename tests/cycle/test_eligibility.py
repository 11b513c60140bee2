"""X-18 as pure rules: what a tenant takes by issuer, year of issue and post (GD-02, GD-03)."""
from datetime import date

import pytest

from core.cycle.eligibility import Accepted, NotAccepted, not_accepted

GUANGDONG = Accepted(("广东省建设教育协会",), 2015, 2018, ("资料员", "机械员"))
ISSUER, ISSUED_ON, POST = NotAccepted.ISSUER, NotAccepted.ISSUED_ON, NotAccepted.POST


@pytest.mark.parametrize(("accepted", "issuer", "issued_on", "post", "expected"), [
    (GUANGDONG, "广东省建设教育协会", date(2016, 4, 19), "资料员", ()),
    (GUANGDONG, "广东省建设教育协会", date(2014, 12, 31), "资料员", (ISSUED_ON,)),
    (GUANGDONG, "广东省建设教育协会", date(2015, 1, 1), "资料员", ()),
    (GUANGDONG, "广东省建设教育协会", date(2018, 12, 31), "资料员", ()),
    (GUANGDONG, "广东省建设教育协会", date(2019, 1, 1), "资料员", (ISSUED_ON,)),
    (GUANGDONG, "某省建设厅", date(2016, 4, 19), "资料员", (ISSUER,)),
    (GUANGDONG, "广东省建设教育协会", date(2016, 4, 19), "安全员", (POST,)),
    (GUANGDONG, "某省建设厅", date(2019, 1, 1), "安全员", (ISSUER, ISSUED_ON, POST)),
    (Accepted(), "某省建设厅", date(1999, 1, 1), "安全员", ()),
    (Accepted(issued_from=2015), "某省建设厅", date(2014, 12, 31), "安全员", (ISSUED_ON,)),
    (Accepted(issued_from=2015), "某省建设厅", date(2030, 1, 1), "安全员", ()),
    (Accepted(issued_to=2018), "某省建设厅", date(1999, 1, 1), "安全员", ()),
    (Accepted(issued_to=2018), "某省建设厅", date(2019, 1, 1), "安全员", (ISSUED_ON,)),
])
def test_what_is_taken(accepted: Accepted, issuer: str, issued_on: date, post: str,
                       expected: tuple[NotAccepted, ...]) -> None:
    """The first and the last year are included to the day; every reason is given at once."""
    assert not_accepted(accepted, issuer=issuer, issued_on=issued_on, post=post, electronic=False) == expected


def test_the_electronic_certificate_goes_on() -> None:
    """N-57: who replaced the old certificate goes on learning with the new one, whoever issued it and when."""
    assert not_accepted(GUANGDONG, issuer="管理系统", issued_on=date(2020, 12, 1), post="资料员", electronic=True) == ()

"""Time claimed for a line that was cut: batches of any length, forged, repeated, and cut after cut (L7; R18)."""
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from core.tenancy import Tenant
from tests.attacks.script import Script
from tests.people import signed_in

ScriptOf = Callable[..., Script]
Beats = list[tuple[int, bool]]


@dataclass
class Unplugged:
    """Plays for two seconds, pulls the plug, waits, and says what it has seen meanwhile: the truth, or more."""

    page: Script

    def pull(self, seconds: float) -> int:
        """Where the picture stood."""
        if not self.page.token or self.page.said.get("over"):
            self.page.open()
        self.page.position = self.page.said["resume_ms"]
        self.page.beat()
        self.page.wait(2)
        self.page.position += 2000
        self.page.beat()
        self.page.wait(seconds)
        signed_in(self.page.browser, self.page.who).get("/training")
        return self.page.position

    def played(self, seconds: float, rate: float = 1, step: float = 2) -> Beats:
        """A beat each step of so many seconds, at that speed."""
        start, beats = self.page.position, round(seconds / step)
        return [(start + round(1000 * rate * step * number), True) for number in range(1, min(beats, 199) + 1)]


GAPS = [21, 31, 120, 300, 3600, 86_000]


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize(("what", "most"), [("truth", 10), ("one beat", 0), ("sixteen times", 0), ("stalled", 0),
                                            ("jump", 0)])
def test_what_an_unplugged_page_claims(national: Tenant, script_of: ScriptOf, gap: int, what: str, most: int) -> None:
    """L7, C-02: cuts of 21 s to a day: what ran on at real speed counts up to the allowance of one cut (here 10 s) and
    of the class hour; an hour in one beat, speed, a stalled picture and a jump count nothing."""
    one = script_of(national)
    attack = Unplugged(one)
    stood = attack.pull(gap)
    beats: Beats = {"truth": attack.played(min(gap, 390)), "one beat": [(12_300, True)],
                    "sixteen times": attack.played(gap, 16), "stalled": [(stood, True)] * 10,
                    "jump": [(stood, False), (stood + 9000, True)]}[what]
    assert one.late(beats).status_code == 200
    assert one.credited <= 2 + most and (what != "truth" or one.credited > 2)


def test_seals_that_are_none(national: Tenant, script_of: ScriptOf) -> None:
    """L7, L5: no seal, a made-up one, that of another order, of another learner's key: 400 and nothing; the right one
    counts once, and said again brings nothing more."""
    one, other = script_of(national, 1), script_of(national, 2)
    attack = Unplugged(one)
    other.open()
    attack.pull(30)
    beats = attack.played(8)
    mine = one.cut["key"]
    for seal in ("", "0" * 64, mine):
        assert one.late(beats, link=seal).status_code == 400
    one.cut["key"] = other.cut["key"]
    right = one.referee.token
    one.referee.token = ""
    assert one.late(beats).status_code == 400
    one.cut["key"], one.referee.token = mine, right
    old = one.token
    assert one.late(beats).status_code == 200 and one.credited == 10
    for _again in range(3):
        assert one.late(beats, token=old).status_code == 409
    assert one.credited == 10


def test_cut_after_cut(national: Tenant, script_of: ScriptOf) -> None:
    """L7: who is cut off all the time gets the share of each class hour and no more; and never more than the server's
    time."""
    one = script_of(national)
    one.referee.gap_percent = 50
    change_gap(national, 50)
    attack = Unplugged(one)
    for _cut in range(12):
        attack.pull(25)
        one.late(attack.played(8))
    late = sum(end - begin for lesson in one.referee.lessons.values() for begin, end in lesson.viewer.late)
    assert 3000 <= late <= 6300 * len(one.referee.lessons)


def change_gap(tenant: Tenant, percent: int) -> None:
    """Another share of a class hour that cuts may give, for a tenant of this test."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, hours=replace(rule_set.rules.hours, gap_percent=percent))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))

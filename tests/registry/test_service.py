"""Certificates, status entries and hours on record, in two tenants (N-13, N-18, N-20, N-50, N-52)."""
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from core.base.errors import Conflict, NotFound, Refused
from core.identity import Person, person_of
from core.organization import post_by_name, seed_posts
from core.registry import (
    NewCertificate,
    PullState,
    Status,
    ask_pull,
    certificate,
    certificate_facts,
    certificates_of,
    hours_on_record,
    issue_electronic,
    latest_pull,
    pull_certificates,
    record_hours,
    status_entry,
    status_of,
    suspend,
    void,
    withdraw_hours,
)
from core.registry.gateway import GATEWAYS, EmbeddedRegistry, GatewayDown
from core.registry.holdings import Filled, fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import NOBODY, Ctx, Tenant, unit_of_work
from core.work import run_waiting
from tests.people import id_number, trainee

HELD = Holding("王小明", id_number(1), "资料员", "12161140001", "某省建设厅", "吉林省", date(2016, 4, 19))


def fill_with(ctx: Ctx, *holdings: Holding) -> Filled:
    seed_posts(ctx)
    return fill(ctx, CertificateSheet(holdings, ()))


@pytest.fixture
def person(tenant: Tenant, ctx: Ctx) -> Iterator[Person]:
    """A trainee, and the posts; the context is the test's own transaction."""
    somebody = trainee(tenant)
    assert somebody.person_id is not None
    seed_posts(ctx)
    yield person_of(ctx, somebody.person_id)


def test_a_pull_brings_what_the_ministry_holds_and_doubles_nothing(ctx: Ctx, person: Person) -> None:
    """N-18, N-20."""
    assert fill_with(ctx, HELD, replace(HELD, number="12161140002", post="土建质量员")) == Filled(2, 0, 0)
    assert fill_with(ctx, HELD) == Filled(0, 0, 1)
    for _ in range(2):
        pull_certificates(ctx, person)
    held = certificates_of(ctx, person)
    assert [(c.number, c.post.name, c.province, c.issued_on) for c in held] == [
        ("12161140001", "资料员", "吉林省", date(2016, 4, 19)), ("12161140002", "土建质量员", "吉林省", date(2016, 4, 19))]
    assert [len(c.entries) for c in held] == [1, 1] and status_of(held[0]) is Status.NORMAL


def test_another_name_imports_nothing(ctx: Ctx, person: Person) -> None:
    """N-18: a name mismatch gets a clear sentence."""
    fill_with(ctx, HELD, replace(HELD, number="12161140002", name="王大明"))
    with pytest.raises(Refused, match="姓名与您填写的姓名不同"):
        pull_certificates(ctx, person)
    assert not certificates_of(ctx, person)


def test_a_changed_status_is_a_new_entry(ctx: Ctx, person: Person) -> None:
    """N-13, JL-08: 非正常 with its 备注; nothing is overwritten."""
    fill_with(ctx, HELD)
    pull_certificates(ctx, person)
    assert fill_with(ctx, replace(HELD, status=Status.ABNORMAL, remark="未按要求完成继续教育")) == Filled(0, 1, 0)
    held, = pull_certificates(ctx, person)
    assert [entry.status for entry in held.entries] == [Status.NORMAL, Status.ABNORMAL]
    assert status_entry(held).remark == "未按要求完成继续教育"
    assert certificate_facts(ctx, held, person).status == "非正常"


def test_update_issues_and_voids_together(ctx: Ctx, person: Person) -> None:
    """N-52: 自动生成电子证书, 同时原证书作废; a second time is refused, and a later pull does not revive it."""
    fill_with(ctx, HELD)
    old, = pull_certificates(ctx, person)
    new = issue_electronic(ctx, old, NewCertificate("E2026000001", "建设部", "吉林省", date(2026, 11, 20)))
    assert status_of(old) is Status.VOID and status_of(new) is Status.NORMAL and new.post.name == "资料员"
    assert "E2026000001" in status_entry(old).remark
    with pytest.raises(Conflict, match="作废"):
        issue_electronic(ctx, old, NewCertificate("E2026000002", "建设部", "吉林省", date(2026, 11, 20)))
    with pytest.raises(Conflict, match="已经是电子证书"):
        issue_electronic(ctx, new, NewCertificate("E2026000003", "建设部", "吉林省", date(2026, 11, 20)))
    pull_certificates(ctx, person)
    assert status_of(old) is Status.VOID
    suspend(ctx, new, "学时已清除")
    void(ctx, new, "注销前作废")


def test_somebody_elses_certificate_is_not_found(tenant: Tenant, ctx: Ctx, person: Person) -> None:
    fill_with(ctx, HELD)
    held, = pull_certificates(ctx, person)
    ctx.commit()
    stranger = trainee(tenant, 2)
    assert stranger.person_id is not None
    with pytest.raises(NotFound, match="没有找到这本证书"):
        certificate(ctx, held.id, person=person_of(ctx, stranger.person_id))


def test_hours_on_record(ctx: Ctx, person: Person) -> None:
    """N-50: --, 资料员, 32, 32, 2019-12-06; the same source enters once; withdrawn hours are gone (N-45)."""
    post = post_by_name(ctx, "资料员")
    assert post is not None
    for _ in range(2):
        record_hours(ctx, person, post, 2019, 32, date(2019, 12, 6), source="enrollment:1")
    line, = hours_on_record(ctx, person)
    assert (line.institution, line.post.name, line.hours, line.total, line.uploaded_on) == (
        "--", "资料员", 32, 32, date(2019, 12, 6))
    withdraw_hours(ctx, "enrollment:1", date(2019, 12, 20))
    withdraw_hours(ctx, "enrollment:1", date(2019, 12, 21))
    assert hours_on_record(ctx, person) == []
    record_hours(ctx, person, post, 2019, 32, date(2020, 1, 8), source="enrollment:1:again")
    assert [(line.hours, line.uploaded_on) for line in hours_on_record(ctx, person)] == [(32, date(2020, 1, 8))]
    assert withdraw_hours(ctx, "unknown", date(2020, 1, 8)) is None


class Down(EmbeddedRegistry):
    """A registry that does not answer."""

    def holdings(self, ctx: Ctx, id_number: str) -> list[Holding]:
        raise GatewayDown("timeout")


def test_a_ministry_that_is_down_leaves_the_pull_waiting(
        tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-18, O16: pending by the outbox, done when the ministry is back; asked twice is one pull."""
    somebody = trainee(tenant)
    assert somebody.person_id is not None
    with unit_of_work(tenant, NOBODY) as ctx:
        fill_with(ctx, HELD)
        asked = ask_pull(ctx, person_of(ctx, somebody.person_id))
        assert ask_pull(ctx, person_of(ctx, somebody.person_id)).id == asked.id
    with monkeypatch.context() as patch:
        patch.setitem(GATEWAYS, "embedded", Down())
        assert run_waiting(tenant) == 0
    with unit_of_work(tenant, NOBODY) as ctx:
        person = person_of(ctx, somebody.person_id)
        pull = latest_pull(ctx, person)
        assert pull is not None and pull.state == PullState.WAITING and not certificates_of(ctx, person)
    tenant.clock.advance(hours=1)  # type: ignore[attr-defined]
    assert run_waiting(tenant) == 1
    with unit_of_work(tenant, NOBODY) as ctx:
        person = person_of(ctx, somebody.person_id)
        pull = latest_pull(ctx, person)
        assert pull is not None and pull.state == PullState.DONE and pull.found == 1
        assert len(certificates_of(ctx, person)) == 1

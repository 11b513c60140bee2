"""SMS by the outbox, messages inside the portal, notices, the demo's inbox; in two tenants (N-06, N-39, N-46)."""
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.app import create_app, open_tenants
from core.base.config import Config, Mode
from core.base.errors import Refused
from core.base.outbox import OutboxRow
from core.identity import Person, person_of
from core.notification import (
    Delivery,
    Receipt,
    inbox,
    mark_read,
    messages_of,
    notice,
    publish_notice,
    published_notices,
    send_sms,
    undelivered,
    withdraw_notice,
)
from core.notification.channels import PORTS, EmbeddedSms, SmsFailed
from core.notification.queries import UNREAD
from core.notification.receipts import ask_receipts
from core.notification.states import DeliveryState
from core.tenancy import NOBODY, Ctx, Tenant, unit_of_work
from core.work import perform, run_waiting
from tests.browse import Browser
from tests.people import Somebody, trainee


@pytest.fixture
def somebody(tenant: Tenant) -> Iterator[Somebody]:
    yield trainee(tenant)


def person_in(ctx: Ctx, somebody: Somebody) -> Person:
    assert somebody.person_id is not None
    return person_of(ctx, somebody.person_id)


def unread(ctx: Ctx) -> int:
    """The number at the bell."""
    return ctx.db.scalar(select(UNREAD), {"person_id": ctx.actor.person_id}) or 0


def test_an_sms_says_the_tenants_text_to_the_letter(tenant: Tenant, somebody: Somebody) -> None:
    """N-46: the cheating SMS with name, post and year; it stands in the portal too; once for one occasion."""
    with unit_of_work(tenant, somebody.actor) as ctx:
        for _ in range(2):
            send_sms(ctx, person_in(ctx, somebody), "cheating_sms", key="case:1", name="王小明", post="资料员", year=2026)
        assert unread(ctx) == 1
    assert run_waiting(tenant) == 1
    expected = ("尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2026年度学时将被清除，"
                "请重新学习。(教育培训网)")
    with unit_of_work(tenant, somebody.actor) as ctx:
        assert [(sms.phone, sms.text) for sms in inbox(ctx)] == [(somebody.phone, expected)]
        assert [message.text for message in messages_of(ctx, person_in(ctx, somebody))] == [expected]
        assert mark_read(ctx, person_in(ctx, somebody)) == 1 and unread(ctx) == 0


def test_a_job_run_again_sends_once(tenant: Tenant, somebody: Somebody) -> None:
    """O1: idempotent by the delivery, whatever the doorbell does."""
    with unit_of_work(tenant, NOBODY) as ctx:
        send_sms(ctx, person_in(ctx, somebody), "audit_passed_sms")
        row = ctx.db.scalars(select(OutboxRow)).one().id
    for _ in range(3):
        perform(tenant, row)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert len(inbox(ctx)) == 1


class Broken(EmbeddedSms):
    """A provider that refuses."""

    def send(self, ctx: Ctx, *, delivery: object, phone: str, text: str) -> None:
        raise SmsFailed("out of service")


def test_a_provider_that_fails_is_asked_again(
        tenant: Tenant, somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    """O16: what could not be sent waits, and goes out once when the provider is back."""
    with unit_of_work(tenant, NOBODY) as ctx:
        send_sms(ctx, person_in(ctx, somebody), "audit_passed_sms")
    with monkeypatch.context() as patch:
        patch.setitem(PORTS, "embedded", Broken())
        run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert inbox(ctx) == [] and ctx.db.scalars(select(Delivery)).one().state == "waiting"
    tenant.clock.advance(hours=1)  # type: ignore[attr-defined]
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert len(inbox(ctx)) == 1 and ctx.db.scalars(select(Delivery)).one().state == "sent"


def test_notices(tenant: Tenant) -> None:
    """N-06: dated, the newest first; what is not out yet or withdrawn is not public."""
    with unit_of_work(tenant, NOBODY) as ctx:
        first = publish_notice(ctx, "施工现场专业人员继续教育推荐大纲公布", "", ctx.now - timedelta(days=3))
        second = publish_notice(ctx, "第二条", "正文")
        later = publish_notice(ctx, "以后发布", "", ctx.now + timedelta(days=1))
        with pytest.raises(Refused, match="请填写标题"):
            publish_notice(ctx, " ", "")
        assert [found.title for found in published_notices(ctx)] == ["第二条", "施工现场专业人员继续教育推荐大纲公布"]
        assert notice(ctx, later.id) is None and notice(ctx, first.id) is not None
        withdraw_notice(ctx, second.id)
        assert [found.id for found in published_notices(ctx, 5)] == [first.id] and notice(ctx, second.id) is None


def test_the_demo_shows_what_was_sent(
        tenant: Tenant, somebody: Somebody, browser_of: Callable[[Tenant], Browser]) -> None:
    """Issue: the embedded channel writes to an inbox page."""
    browser = browser_of(tenant)
    assert "还没有短信" in browser.get("/demo/inbox").text
    with unit_of_work(tenant, NOBODY) as ctx:
        send_sms(ctx, person_in(ctx, somebody), "audit_passed_sms")
        said = ctx.text("audit_passed_sms")
    run_waiting(tenant)
    assert said in browser.get("/demo/inbox").text, "N-39"


def test_production_has_no_inbox(config: Config) -> None:
    # On SQLite whatever the run: the tests' own PostgreSQL has a superuser, which production refuses.
    production = replace(config, mode=Mode.PRODUCTION, master_key=secrets.token_bytes(32), database_urls={})
    assert "demo.sms_inbox" not in create_app(production, open_tenants(production)).view_functions


class Hearing(EmbeddedSms):
    """A provider that heard of the first message that it did not arrive, and of the second that it did."""

    def receipts(self, ctx: Ctx) -> list[Receipt]:
        sent = ctx.db.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [Receipt(one.id, one is not sent[0], ctx.now, "" if one is not sent[0] else "空号") for one in sent]


def test_receipts_tell_whose_messages_come_back(
        tenant: Tenant, somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    """C-22: asked again and again, each counts once; a later one that arrives ends it, and so does another phone."""
    monkeypatch.setitem(PORTS, "embedded", Hearing())
    for expected in (1, 0):
        with unit_of_work(tenant, NOBODY) as ctx:
            send_sms(ctx, person_in(ctx, somebody), "audit_passed_sms")
        run_waiting(tenant)
        with unit_of_work(tenant, NOBODY) as ctx:
            assert (ask_receipts(ctx), ask_receipts(ctx)) == (1, 0)
            lost = undelivered(ctx)
            assert [(one.person.id, one.reason, one.count) for one in lost] == (
                [(somebody.person_id, "空号", 1)][:expected])
    with unit_of_work(tenant, NOBODY) as ctx:
        newest = ctx.db.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
        assert newest is not None
        newest.state = DeliveryState.UNDELIVERED
        assert undelivered(ctx, person_in(ctx, somebody))
        person_in(ctx, somebody).phone = "13911119999"
        assert not undelivered(ctx)

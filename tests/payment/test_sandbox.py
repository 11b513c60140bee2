"""The provider's process and our port to it, over HTTP."""

from __future__ import annotations

import json
import threading
import time
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests

from core.payment.provider import (Channel, NoticeRefused, PaymentSeen, PaymentWanted, ProviderDown,
                                   ProviderRefused)
from core.payment.signed_http import FAILURES_TO_OPEN, OPEN_SECONDS, Breaker, MerchantKeys, SignedHttpProvider
from core.payment.states import Fact
from tests.payment.provider_process import SandboxProcess


class Merchant:
    """A merchant's notice endpoint; answers with `status` and keeps what came."""

    def __init__(self) -> None:
        self.status = 200
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.arrived = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.arrived:
                    outer.came.append((dict(self.headers), body))
                    outer.arrived.notify_all()
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notice"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int) -> list[dict[str, Any]]:
        """What came, once there are `count`."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.came) >= count, timeout=15)
            return [json.loads(raw) for _, raw in self.came]


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    endpoint = Merchant()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


@pytest.fixture
def provider(sandbox: SandboxProcess) -> Iterator[SignedHttpProvider]:
    client = sandbox.client("national")
    yield client
    set_switches(client)


def set_switches(client: SignedHttpProvider, **switches: object) -> None:
    client._call("POST", "/v1/switches", switches)


def ask(client: SignedHttpProvider, merchant: Merchant, fen: int = 9600, number: str = "",
        seconds: int = 600) -> PaymentSeen:
    return client.create(PaymentWanted(number or uuid.uuid4().hex, fen, "继续教育", Channel.WECHAT, merchant.url,
                                       "http://portal.example/back", seconds))


def read(client: SignedHttpProvider, merchant: Merchant, at: int = 0) -> Any:
    headers, body = merchant.came[at]
    return client.read_notice(headers, body, datetime.now(timezone.utc))


def test_a_payment_from_code_to_refund(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                       merchant: Merchant) -> None:
    """N-28: the code leads to the payer's page; the notice is signed; the query says the same."""
    seen = ask(provider, merchant)
    assert seen.fact is None and seen.code_url.startswith(sandbox.url + "/pay/")
    page = requests.get(seen.code_url, timeout=5).text
    assert "96.00" in page and "确认支付" in page and "national" in page
    assert "支付成功" in sandbox.payer(seen.code_url).text
    merchant.wait(1)
    notice = read(provider, merchant)
    assert (notice.fact, notice.number, notice.amount_fen) == (Fact.PAID, seen.number, 9600)
    answer = provider.query(seen.number)
    assert answer is not None and answer.fact is Fact.PAID
    assert provider.close(seen.number) is False
    for _again in range(2):
        provider.refund(seen.number, "R" + seen.number, 9600, "未开始学习")
    told = merchant.wait(2)
    assert [body["kind"] for body in told] == ["payment.paid", "refund.done"]
    with pytest.raises(ProviderRefused, match="NOT_PAID"):
        provider.refund(seen.number, "Q" + seen.number, 9600, "再来一次")


@pytest.mark.parametrize("why, sentence", [("balance", "余额不足"), ("bank", "银行没有响应")])
def test_a_failed_payment_stays_payable(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                        merchant: Merchant, why: str, sentence: str) -> None:
    """N-28: the payer's bank says no; nothing is told, and the second try works."""
    seen = ask(provider, merchant)
    assert sentence in sandbox.payer(seen.code_url, "fail", why=why).text
    assert provider.query(seen.number) == seen
    sandbox.payer(seen.code_url)
    assert [body["kind"] for body in merchant.wait(1)] == ["payment.paid"]


def test_same_number_same_payment(provider: SignedHttpProvider, merchant: Merchant) -> None:
    """N-27: asking twice makes one payment; with another amount it is refused."""
    first = ask(provider, merchant)
    assert ask(provider, merchant, number=first.number) == first
    with pytest.raises(ProviderRefused, match="OUT_TRADE_NO_USED"):
        ask(provider, merchant, fen=1, number=first.number)
    with pytest.raises(ProviderRefused, match="PARAM_ERROR"):
        ask(provider, merchant, fen=2 ** 70)
    assert provider.query("nobody") is None


def test_closed_and_lapsed_payments_cannot_be_paid(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                                   merchant: Merchant) -> None:
    """N-28: close before pay; close of an unknown number is no error."""
    seen = ask(provider, merchant)
    assert provider.close(seen.number) and provider.close(seen.number) and provider.close("nobody")
    assert "不能付款" in sandbox.payer(seen.code_url).text
    answer = provider.query(seen.number)
    assert answer is not None and answer.fact is Fact.CLOSED
    assert [body["kind"] for body in merchant.wait(1)] == ["payment.closed"]


def test_notices_repeat_until_answered(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                       merchant: Merchant) -> None:
    """R15: 15/15/30/180 s scaled; each repeat is signed afresh and has the same notice id."""
    merchant.status = 500
    sandbox.payer(ask(provider, merchant).code_url)
    merchant.wait(2)
    merchant.status = 200
    told = merchant.wait(3)
    assert len({body["notice_id"] for body in told}) == 1
    assert len({headers["Pay-Nonce"] for headers, _ in merchant.came}) == len(merchant.came)


def test_duplicates_come_when_asked_for(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                        merchant: Merchant) -> None:
    """R15: twenty identical notices at once."""
    set_switches(provider, duplicate=19)
    sandbox.payer(ask(provider, merchant).code_url)
    assert len({body["notice_id"] for body in merchant.wait(20)}) == 1


def test_forged_notices_are_told_apart(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                       merchant: Merchant) -> None:
    """R15, F10: signature of a stranger, a changed byte, an old notice, a stranger's words."""
    set_switches(provider, forge="signature")
    sandbox.payer(ask(provider, merchant).code_url)
    merchant.wait(1)
    with pytest.raises(NoticeRefused, match="signature"):
        read(provider, merchant)
    set_switches(provider)
    merchant.came.clear()
    sandbox.payer(ask(provider, merchant).code_url)
    merchant.wait(1)
    headers, body = merchant.came[0]
    now = datetime.now(timezone.utc)
    assert provider.read_notice(headers, body, now).fact is Fact.PAID
    for changed in ({**headers, "Pay-Timestamp": str(int(headers["Pay-Timestamp"]) + 1)},
                    {**headers, "Pay-Nonce": "0"}, {**headers, "Pay-Signature": "é"}, {}):
        with pytest.raises(NoticeRefused, match="signature"):
            provider.read_notice(changed, body, now)
    with pytest.raises(NoticeRefused, match="signature"):
        provider.read_notice(headers, body.replace(b"9600", b"9601"), now)
    with pytest.raises(NoticeRefused, match="stale"):
        provider.read_notice(headers, body, datetime.fromtimestamp(now.timestamp() + 301, timezone.utc))


def test_requests_of_others_are_refused(sandbox: SandboxProcess, provider: SignedHttpProvider,
                                        merchant: Merchant) -> None:
    """R15: another merchant's secret, another merchant's order, a request sent again."""
    seen = ask(provider, merchant)
    assert sandbox.client("jilin").query(seen.number) is None
    keys = sandbox.keys("national")
    wrong = SignedHttpProvider(sandbox.url, MerchantKeys("national", "guess", keys.provider_public))
    with pytest.raises(ProviderRefused, match="SIGN_ERROR"):
        wrong.query(seen.number)
    late = SignedHttpProvider(sandbox.url, keys, wall=lambda: time.time() - 301)
    with pytest.raises(ProviderRefused, match="STALE"):
        late.query(seen.number)
    path = f"/v1/payments/{seen.number}"
    headers = keys.headers("GET", path, b"", time.time())
    codes = [requests.get(sandbox.url + path, headers=headers, timeout=5).status_code for _ in range(2)]
    assert codes == [200, 401]


def test_a_restart_forgets_nothing(tmp_path: Path, merchant: Merchant) -> None:
    """N-28: killed after the payment and before the merchant answered; the notice still comes."""
    process = SandboxProcess(tmp_path)
    try:
        client = process.client("national")
        merchant.status = 500
        seen = ask(client, merchant)
        process.payer(seen.code_url)
        process.kill()
        already = len(merchant.came)
        merchant.status = 200
        process.start()
        told = merchant.wait(already + 1)
        assert told[-1]["out_trade_no"] == seen.number
        assert process.client("national").query(seen.number) == PaymentSeen(
            seen.number, 9600, seen.code_url, Fact.PAID)
    finally:
        process.kill()


def test_breaker_spares_a_dead_provider() -> None:
    """N-28: three failures in a row, then no further try for ten seconds."""
    clock = [0.0]
    keys = MerchantKeys("national", "secret", "")
    client = SignedHttpProvider("http://127.0.0.1:9", keys, breaker=Breaker(clock=lambda: clock[0]))
    for _try in range(FAILURES_TO_OPEN):
        with pytest.raises(ProviderDown, match="ConnectionError"):
            client.query("x")
    with pytest.raises(ProviderDown, match="breaker open"):
        client.query("x")
    clock[0] += OPEN_SECONDS
    with pytest.raises(ProviderDown, match="ConnectionError"):
        client.query("x")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"merchant": "a", "secret": "b", "provider_public": "c"}'])
def test_a_wrong_key_file_is_refused(text: str) -> None:
    """R43: a damaged key file is named at start, not at the first payment."""
    with pytest.raises(ValueError):
        MerchantKeys.read(text)

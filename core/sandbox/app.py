"""The provider's HTTP face: the merchants' API and the payer's page."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import Any, Callable

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from core.sandbox.keys import Keys
from core.sandbox.notices import Notices
from core.sandbox.store import Payment, Refund, Store, Switches

CHANNELS = {"wechat": "微信支付", "alipay": "支付宝"}
FRESH_SECONDS = 300
NUMBER_CHARS = 64
MOST_FEN = 100_000_000
MOST_SECONDS = 400 * 86_400
FORGERIES = ("", "signature", "amount", "merchant", "order")


class Refused(Exception):
    """A request of a merchant that is not carried out: HTTP status, code, sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Desk:
    """What the routes work with."""

    def __init__(self, store: Store, keys: Keys, notices: Notices, clock: Callable[[], float],
                 url: str) -> None:
        self.store, self.keys, self.notices, self.clock, self.url = store, keys, notices, clock, url

    def merchant(self) -> str:
        """Who signed the running request."""
        name, nonce = request.headers.get("Pay-Merchant", ""), request.headers.get("Pay-Nonce", "")
        stamp = request.headers.get("Pay-Timestamp", "")
        path = request.full_path if request.query_string else request.path
        parts = (request.method, path, stamp, nonce)
        signature = request.headers.get("Pay-Signature", "")
        if not self.keys.request_is_from(name, signature, parts, request.get_data()):
            raise Refused(401, "SIGN_ERROR", "签名不正确")
        if not stamp.isdigit() or abs(int(stamp) - self.clock()) > FRESH_SECONDS:
            raise Refused(401, "STALE", "请求时间与服务器相差超过 5 分钟")
        if not self.store.first_use(name, nonce, self.clock()):
            raise Refused(401, "REPLAY", "随机串已被使用")
        return name

    def payment(self, out_trade_no: str) -> Payment:
        """The payment that the merchant of this request means."""
        found = self.store.payment_of(self.merchant(), out_trade_no)
        if found is None:
            raise Refused(404, "NOT_FOUND", "没有这笔订单")
        return self.lapse(found)

    def lapse(self, payment: Payment) -> Payment:
        """The payment as of now: one whose time is over is closed, and the merchant told."""
        if payment.state == "NOTPAY" and self.clock() >= payment.expires_at:
            if self.store.move(payment.trade_no, "NOTPAY", "CLOSED"):
                self.notices.tell("payment.closed", payment)
            return replace(payment, state="CLOSED")
        return payment

    def view(self, payment: Payment) -> dict[str, Any]:
        """The payment as merchants see it."""
        base = (self.url or request.host_url).rstrip("/")
        return {"merchant": payment.merchant, "out_trade_no": payment.out_trade_no,
                "trade_no": payment.trade_no, "amount_fen": payment.amount_fen, "channel": payment.channel,
                "state": payment.state, "paid_at": payment.paid_at,
                "code_url": f"{base}/pay/{payment.trade_no}"}


def field(body: dict[str, Any], name: str, kind: type, limit: int = 500) -> Any:
    """A required value of the request's JSON."""
    value = body.get(name)
    too_long = isinstance(value, str) and not 0 < len(value) <= limit
    if not isinstance(value, kind) or isinstance(value, bool) or too_long:
        raise Refused(400, "PARAM_ERROR", f"参数不正确：{name}")
    return value


def json_body() -> dict[str, Any]:
    """The request's JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused(400, "PARAM_ERROR", "请求不是 JSON 对象")
    return body


def create_sandbox(store: Store, keys: Keys, notices: Notices, clock: Callable[[], float],
                   url: str = "") -> Flask:
    """The WSGI application of the provider; `url` is how payers reach it, when not as merchants do."""
    app = Flask(__name__)
    desk = Desk(store, keys, notices, clock, url)
    _merchant_routes(app, desk)
    _switch_routes(app, desk)
    _payer_routes(app, desk)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(code=error.code, message=error.message), error.status

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        return jsonify(code=error.name, message=error.description), error.code or 500

    @app.after_request
    def sign(response: Response) -> Response:
        if request.path.startswith("/v1/"):
            stamp, nonce = str(int(clock())), secrets.token_hex(16)
            response.headers["Pay-Timestamp"], response.headers["Pay-Nonce"] = stamp, nonce
            response.headers["Pay-Signature"] = keys.sign(stamp, nonce, response.get_data())
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        return response

    return app


def _merchant_routes(app: Flask, desk: Desk) -> None:
    @app.post("/v1/payments")
    def create() -> tuple[Response, int]:
        merchant, body = desk.merchant(), json_body()
        seconds = field(body, "expires_in", int)
        wanted = Payment(
            trade_no="T" + secrets.token_hex(12), merchant=merchant,
            out_trade_no=field(body, "out_trade_no", str, NUMBER_CHARS),
            amount_fen=field(body, "amount_fen", int),
            title=field(body, "title", str, 200), notify_url=field(body, "notify_url", str),
            return_url=field(body, "return_url", str), channel=field(body, "channel", str),
            state="NOTPAY", expires_at=desk.clock() + seconds, paid_at=None)
        fits = 0 < wanted.amount_fen <= MOST_FEN and 0 < seconds <= MOST_SECONDS
        if not fits or wanted.channel not in CHANNELS:
            raise Refused(400, "PARAM_ERROR", "金额、有效期或支付方式不正确")
        held = desk.store.add_payment(wanted)
        if (held.amount_fen, held.channel) != (wanted.amount_fen, wanted.channel):
            raise Refused(409, "OUT_TRADE_NO_USED", "订单号已被使用，且内容不同")
        return jsonify(desk.view(desk.lapse(held))), 201

    @app.get("/v1/payments/<out_trade_no>")
    def query(out_trade_no: str) -> Response:
        return jsonify(desk.view(desk.payment(out_trade_no)))

    @app.post("/v1/payments/<out_trade_no>/close")
    def close(out_trade_no: str) -> Response:
        payment = desk.payment(out_trade_no)
        if payment.state == "NOTPAY" and desk.store.move(payment.trade_no, "NOTPAY", "CLOSED"):
            desk.notices.tell("payment.closed", payment)
        now = desk.store.payment(payment.trade_no) or payment
        if now.state != "CLOSED":
            raise Refused(409, "ORDER_PAID", "订单已支付，不能关闭")
        return jsonify(desk.view(now))

    @app.post("/v1/payments/<out_trade_no>/refunds")
    def refund(out_trade_no: str) -> tuple[Response, int]:
        payment, body = desk.payment(out_trade_no), json_body()
        wanted = Refund("R" + secrets.token_hex(12), payment.merchant,
                        field(body, "out_refund_no", str, NUMBER_CHARS), payment.trade_no,
                        field(body, "amount_fen", int), field(body, "reason", str, 200))
        held = desk.store.refund_of(payment.merchant, wanted.out_refund_no)
        if held is None:
            if wanted.amount_fen != payment.amount_fen:
                raise Refused(400, "PARAM_ERROR", "只支持全额退款")
            if not desk.store.add_refund(wanted):
                raise Refused(409, "NOT_PAID", "订单未支付或已退款")
            held = wanted
            desk.notices.tell("refund.done", payment, held)
        return jsonify(refund_view(held, payment)), 201

    @app.get("/v1/refunds/<out_refund_no>")
    def query_refund(out_refund_no: str) -> Response:
        merchant = desk.merchant()
        held = desk.store.refund_of(merchant, out_refund_no)
        payment = desk.store.payment(held.trade_no) if held else None
        if held is None or payment is None:
            raise Refused(404, "NOT_FOUND", "没有这笔退款")
        return jsonify(refund_view(held, payment))


def refund_view(refund: Refund, payment: Payment) -> dict[str, Any]:
    """The refund as merchants see it."""
    return {"out_refund_no": refund.out_refund_no, "refund_no": refund.refund_no,
            "out_trade_no": payment.out_trade_no, "amount_fen": refund.amount_fen, "state": "SUCCESS"}


def _switch_routes(app: Flask, desk: Desk) -> None:
    @app.post("/v1/switches")
    def switches() -> Response:
        merchant, body = desk.merchant(), json_body()
        try:
            wanted = Switches(**body)
            numbers_fit = 0 <= wanted.duplicate <= 100 and 0 <= wanted.delay <= 3600
        except TypeError:
            raise Refused(400, "PARAM_ERROR", "不认识的开关") from None
        if wanted.forge not in FORGERIES or not numbers_fit:
            raise Refused(400, "PARAM_ERROR", "开关的值不正确")
        desk.store.set_switches(merchant, wanted)
        return jsonify(body)

    @app.get("/v1/notices")
    def notices() -> Response:
        rows = desk.store.deliveries(desk.merchant())
        return jsonify([{**row, "body": json.loads(row["body"])} for row in rows])


def _payer_routes(app: Flask, desk: Desk) -> None:
    def found(trade_no: str) -> Payment:
        payment = desk.store.payment(trade_no)
        if payment is None:
            abort(404)
        return desk.lapse(payment)

    @app.get("/")
    def home() -> str:
        return render_template("home.html")

    @app.get("/pay/<trade_no>")
    def pay(trade_no: str) -> str:
        payment = found(trade_no)
        return render_template("pay.html", payment=payment, channel=CHANNELS[payment.channel],
                               amount=f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}",
                               failed=request.args.get("failed", ""))

    @app.post("/pay/<trade_no>/confirm")
    def confirm(trade_no: str) -> AnyResponse:
        payment = found(trade_no)
        if desk.store.move(trade_no, "NOTPAY", "SUCCESS", desk.clock()):
            desk.notices.tell("payment.paid", payment)
        return redirect(url_for("pay", trade_no=trade_no), 303)

    @app.post("/pay/<trade_no>/fail")
    def fail(trade_no: str) -> AnyResponse:
        found(trade_no)
        why = "balance" if request.form.get("why") == "balance" else "bank"
        return redirect(url_for("pay", trade_no=trade_no, failed=why), 303)

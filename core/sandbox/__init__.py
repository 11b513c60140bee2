"""A payment provider to try things against: a process of its own, spoken to by HTTP alone (N-28).

It knows nothing of the platform: no table, no setting, no import of it. It behaves as WeChat Pay and
Alipay do where they hurt: notices come late, twice, out of order, or not at all, and anybody may forge one.

Run: ``python -m core.sandbox --port 8090 --dir var/pay --merchant national --merchant jilin``.

What is spoken
--------------
A merchant signs each request with HMAC-SHA256 (key: its secret) over
``METHOD \\n PATH?QUERY \\n TIMESTAMP \\n NONCE \\n BODY`` and sends ``Pay-Merchant``, ``Pay-Timestamp``
(epoch seconds), ``Pay-Nonce`` and ``Pay-Signature`` (hex). A nonce is good once, a timestamp for 300 s.

The provider signs each answer and each notice with Ed25519 over ``TIMESTAMP \\n NONCE \\n BODY`` and sends
``Pay-Timestamp``, ``Pay-Nonce`` and ``Pay-Signature`` (base64).

======  ==================================  ==========================================================
POST    /v1/payments                        out_trade_no, amount_fen, title, notify_url, return_url,
                                            channel (wechat, alipay), expires_in (seconds)
GET     /v1/payments/<out_trade_no>         the payment: state NOTPAY, SUCCESS, CLOSED, REFUND
POST    /v1/payments/<out_trade_no>/close   409 ORDER_PAID when the money is in
POST    /v1/payments/<out_trade_no>/refunds out_refund_no, amount_fen, reason
GET     /v1/refunds/<out_refund_no>         the refund: state SUCCESS
POST    /v1/switches                        duplicate, delay, shuffle, forge, drop (for tests)
GET     /pay/<trade_no>                     the payer's page, which the code on the screen opens
======  ==================================  ==========================================================
"""

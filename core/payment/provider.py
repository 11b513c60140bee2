"""The port through which a payment provider is used (N-28); adapters stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Mapping, Protocol

from core.payment.states import Fact


class Channel(StrEnum):
    """How is paid: 【微信】 or 【支付宝】, in person at a counter (X-10), or to a bank account (ZJ-23)."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    COUNTER = "counter"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class PaymentWanted:
    """A payment to be asked for; `number` is ours and unique, `seconds` how long it can be paid."""

    number: str
    amount_fen: int
    title: str
    channel: Channel
    notify_url: str
    return_url: str
    seconds: int


@dataclass(frozen=True)
class PaymentSeen:
    """A payment as the provider has it; `fact` is None while nobody has paid it."""

    number: str
    amount_fen: int
    code_url: str
    fact: Fact | None


@dataclass(frozen=True)
class Notice:
    """What a notice says once its signature has been proven."""

    id: str
    fact: Fact
    merchant: str
    number: str
    amount_fen: int


class ProviderDown(Exception):
    """The provider gave no usable answer; what was asked may or may not have happened."""


class ProviderRefused(Exception):
    """The provider answered, and said no; `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoticeRefused(Exception):
    """A notice that must not be believed; `code` says why: signature, stale, malformed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Provider(Protocol):
    """A payment provider. Each call ends within seconds, or raises ProviderDown."""

    @property
    def name(self) -> str:
        """Under which its notices are filed."""

    @property
    def merchant(self) -> str:
        """Who we are there."""

    def create(self, wanted: PaymentWanted) -> PaymentSeen:
        """Ask for a payment; asking again with the same number gives the same one."""

    def query(self, number: str) -> PaymentSeen | None:
        """The payment as it stands, None when the provider never heard of it."""

    def close(self, number: str) -> bool:
        """Make it unpayable; False when the money is already in."""

    def refund(self, number: str, refund_number: str, amount_fen: int, reason: str) -> None:
        """Give the money back; asking again with the same refund number gives it back once."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """The notice in this request, or NoticeRefused when it is not the provider's or not fresh."""

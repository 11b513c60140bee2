"""What the sandbox provider remembers: one SQLite file, so that a restart forgets nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Iterator

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
  trade_no TEXT PRIMARY KEY, merchant TEXT NOT NULL, out_trade_no TEXT NOT NULL, amount_fen INTEGER NOT NULL,
  title TEXT NOT NULL, notify_url TEXT NOT NULL, return_url TEXT NOT NULL, channel TEXT NOT NULL,
  state TEXT NOT NULL, expires_at REAL NOT NULL, paid_at REAL, UNIQUE (merchant, out_trade_no));
CREATE TABLE IF NOT EXISTS refund (
  refund_no TEXT PRIMARY KEY, merchant TEXT NOT NULL, out_refund_no TEXT NOT NULL, trade_no TEXT NOT NULL,
  amount_fen INTEGER NOT NULL, reason TEXT NOT NULL, UNIQUE (merchant, out_refund_no));
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY, merchant TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
  forged INTEGER NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting', status INTEGER);
CREATE TABLE IF NOT EXISTS switches (merchant TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nonce (merchant TEXT, nonce TEXT, at REAL, PRIMARY KEY (merchant, nonce));
"""


@dataclass(frozen=True)
class Payment:
    """One payment as the provider sees it; times are epoch seconds."""

    trade_no: str
    merchant: str
    out_trade_no: str
    amount_fen: int
    title: str
    notify_url: str
    return_url: str
    channel: str
    state: str
    expires_at: float
    paid_at: float | None

    def open_at(self, now: float) -> bool:
        """Whether it can still be paid."""
        return self.state == "NOTPAY" and now < self.expires_at


@dataclass(frozen=True)
class Refund:
    """Money given back."""

    refund_no: str
    merchant: str
    out_refund_no: str
    trade_no: str
    amount_fen: int
    reason: str


@dataclass(frozen=True)
class Delivery:
    """One copy of a notice on its way; `forged` copies carry a signature of somebody else."""

    id: int
    merchant: str
    url: str
    body: str
    forged: bool
    due: float
    tries: int


@dataclass(frozen=True)
class Switches:
    """How badly this merchant's notices are to behave.

    duplicate: further copies; delay: seconds before the first; shuffle: each copy after a random part of
    two seconds; forge: '' or signature, amount, merchant, order; drop: no notice at all.
    """

    duplicate: int = 0
    delay: float = 0.0
    shuffle: bool = False
    forge: str = ""
    drop: bool = False


class Store:
    """All statements of the sandbox; safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction; everything in it or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def payment(self, trade_no: str) -> Payment | None:
        """By the provider's own number."""
        row = self._one("SELECT * FROM payment WHERE trade_no = ?", trade_no)
        return Payment(**dict(row)) if row else None

    def payment_of(self, merchant: str, out_trade_no: str) -> Payment | None:
        """By the merchant's number."""
        row = self._one("SELECT * FROM payment WHERE merchant = ? AND out_trade_no = ?",
                        merchant, out_trade_no)
        return Payment(**dict(row)) if row else None

    def add_payment(self, payment: Payment) -> Payment:
        """Keep a new payment; when two come at once, the first one is kept and answered to both."""
        with self.change() as db:
            db.execute("INSERT INTO payment VALUES (:trade_no, :merchant, :out_trade_no, :amount_fen, "
                       ":title, :notify_url, :return_url, :channel, :state, :expires_at, :paid_at) "
                       "ON CONFLICT DO NOTHING", asdict(payment))
        return self.payment_of(payment.merchant, payment.out_trade_no) or payment

    def move(self, trade_no: str, old: str, new: str, paid_at: float | None = None) -> bool:
        """Change a payment's state if it still is `old`."""
        with self.change() as db:
            done = db.execute("UPDATE payment SET state = ?, paid_at = coalesce(?, paid_at) "
                              "WHERE trade_no = ? AND state = ?", (new, paid_at, trade_no, old))
            return done.rowcount == 1

    def refund_of(self, merchant: str, out_refund_no: str) -> Refund | None:
        """By the merchant's refund number."""
        row = self._one("SELECT * FROM refund WHERE merchant = ? AND out_refund_no = ?",
                        merchant, out_refund_no)
        return Refund(**dict(row)) if row else None

    def add_refund(self, refund: Refund) -> bool:
        """Refund a paid payment; False when its money is not (or no longer) here."""
        with self.change() as db:
            done = db.execute("UPDATE payment SET state = 'REFUND' WHERE trade_no = ? AND state = 'SUCCESS'",
                              (refund.trade_no,))
            if done.rowcount == 0:
                return False
            db.execute("INSERT INTO refund VALUES "
                       "(:refund_no, :merchant, :out_refund_no, :trade_no, :amount_fen, :reason)",
                       asdict(refund))
            return True

    def first_use(self, merchant: str, nonce: str, now: float) -> bool:
        """Whether this nonce was never seen; nonces older than an hour are forgotten."""
        with self.change() as db:
            db.execute("DELETE FROM nonce WHERE at < ?", (now - 3600,))
            return db.execute("INSERT INTO nonce VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                              (merchant, nonce, now)).rowcount == 1

    def switches(self, merchant: str) -> Switches:
        """The switches of a merchant."""
        row = self._one("SELECT value FROM switches WHERE merchant = ?", merchant)
        return Switches(**json.loads(row["value"])) if row else Switches()

    def set_switches(self, merchant: str, switches: Switches) -> None:
        """Set the switches of a merchant."""
        with self.change() as db:
            db.execute("INSERT INTO switches VALUES (?, ?) "
                       "ON CONFLICT (merchant) DO UPDATE SET value = excluded.value",
                       (merchant, json.dumps(asdict(switches))))

    def add_delivery(self, merchant: str, url: str, body: str, forged: bool, due: float) -> None:
        """Queue one copy of a notice."""
        with self.change() as db:
            db.execute("INSERT INTO delivery (merchant, url, body, forged, due) VALUES (?, ?, ?, ?, ?)",
                       (merchant, url, body, forged, due))

    def take_due(self, now: float, lease: float) -> list[Delivery]:
        """Copies due now; each is leased for `lease` seconds, so that a crash only delays it."""
        with self.change() as db:
            rows = db.execute("SELECT id, merchant, url, body, forged, due, tries FROM delivery "
                              "WHERE state = 'waiting' AND due <= ? ORDER BY due LIMIT 50", (now,)).fetchall()
            db.executemany("UPDATE delivery SET due = ? WHERE id = ?",
                           [(now + lease, row["id"]) for row in rows])
        return [Delivery(**{**dict(row), "forged": bool(row["forged"])}) for row in rows]

    def end_leases(self, now: float) -> None:
        """Make everything that waits due at once: nobody is sending it any more."""
        with self.change() as db:
            db.execute("UPDATE delivery SET due = min(due, ?) WHERE state = 'waiting'", (now,))

    def next_due(self) -> float | None:
        """When the next copy is due."""
        row = self._one("SELECT min(due) AS due FROM delivery WHERE state = 'waiting'")
        return row["due"] if row else None

    def delivered(self, delivery: Delivery, status: int, again_at: float | None) -> None:
        """Note an attempt: its HTTP status (0: no answer) and when to try again, None: never."""
        state = "done" if 200 <= status < 300 else "waiting" if again_at is not None else "given_up"
        with self.change() as db:
            db.execute("UPDATE delivery SET tries = tries + 1, status = ?, state = ?, due = coalesce(?, due) "
                       "WHERE id = ?", (status, state, again_at, delivery.id))

    def deliveries(self, merchant: str) -> list[dict[str, Any]]:
        """What became of a merchant's notices, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT id, body, forged, tries, state, status FROM delivery "
                                    "WHERE merchant = ? ORDER BY id", (merchant,)).fetchall()
        return [dict(row) for row in rows]

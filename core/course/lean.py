"""The common beat in front of Flask: in the middle of a run, nothing newly due, everything still standing.

A whole request through Flask and the ORM costs some fifty times a bare answer; this is the same beat with the same
checks, in one statement. Whatever is not common (a run that ends, a picture that is due, a full lesson, a sign-in or
presence that no longer stands, a beat heard before, a token that is not ours) is handed on untouched to the view
`course.beat`, which judges it anew with the same functions and says why.

No cross-site page can beat: the token in the body cannot be guessed and stands in no cookie, so it proves what the
view's CSRF token proves.
"""
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask import Request
from flask_babel import force_locale

from core.base.db import Id
from core.base.direct import Together
from core.course.beating import Judged, answer, judge
from core.course.presence import picture_due
from core.course.queries import millis, pace
from core.course.schemas import BeatAsked
from core.course.shedding import Shedding
from core.course.statement import Store, Values, values_of
from core.course.tokens import beat_key, seal, unseal
from core.course.wording import Words
from core.identity import digest, standing_values
from core.tenancy import Ctx, Tenant, bound
from core.web import JianxueFlask
from core.web.application import language_of
from core.web.lean import Environ, small_json

MOST_BYTES = 4096
MOST_VISITORS = 4096


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a cookie says: the digest of its sign-in, and the language."""

    sign_in: str
    locale: str


class _Desk:
    """What is kept of a tenant between beats; `stores` by whether presence is asked for."""

    def __init__(self) -> None:
        self.visitors: dict[bytes, Visitor | None] = {}
        self.words: dict[str, Words] = {}
        self.stores: dict[bool, Together[Values]] = {}


class LeanBeat:
    """The lean route of `POST /study/beat`, for all tenants of an app."""

    def __init__(self, app: JianxueFlask, shedding: Shedding) -> None:
        self._app = app
        self._shedding = shedding
        self._opening = Lock()
        self._desks: WeakKeyDictionary[Tenant, _Desk] = WeakKeyDictionary()

    def __call__(self, tenant: Tenant, environ: Environ, busy: float) -> dict[str, Any] | None:
        asked = read_beat(environ)
        if asked is None:
            return None
        desk = self._desks.get(tenant) or self._open(tenant)
        visitor = self._visitor(tenant, desk, environ)
        if visitor is None:
            return None
        ctx = Ctx(tenant, locale=visitor.locale)
        judged = self._judged(ctx, asked)
        if judged is None:
            return None
        began = time.monotonic()
        taken = self._store(ctx, desk).add(self._values(ctx, judged, visitor))
        now = time.monotonic()
        self._shedding.note(now, busy, now - began)
        if not taken:
            return None
        token = seal(beat_key(ctx), judged.terms, judged.verdict.state)
        return answer(judged, token, self._words(ctx, desk), pace(ctx))

    def _judged(self, ctx: Ctx, asked: BeatAsked) -> Judged | None:
        """The beat, if it is a common one; presence is asked of the statement."""
        found = unseal(beat_key(ctx), asked.token)
        if found is None:
            return None
        beats = pace(ctx)
        judged = judge(*found, millis(ctx.now), asked.position_ms, asked.playing, beats, present=True,
                       interval_ms=self._shedding.interval_ms(beats))
        if not judged.verdict.counted or judged.verdict.ended is not None or judged.full or picture_due(ctx, judged):
            return None
        return judged

    def _values(self, ctx: Ctx, judged: Judged, visitor: Visitor) -> Values:
        person, enrollment = Id(judged.terms.person_id), Id(judged.terms.enrollment_id)
        return values_of(judged) | standing_values(ctx.rules().account, visitor.sign_in, person, ctx.now) | {
            "enrollment": enrollment, "now": ctx.now}

    def _open(self, tenant: Tenant) -> _Desk:
        with self._opening:
            return self._desks.setdefault(tenant, _Desk())

    def _store(self, ctx: Ctx, desk: _Desk) -> Together[Values]:
        camera = ctx.rules().presence.required
        found = desk.stores.get(camera)
        if found is None:
            with self._opening:
                if camera not in desk.stores:
                    desk.stores[camera] = Together(Store(ctx.tenant.engine, ctx.tenant.direct(), camera=camera).write)
                found = desk.stores[camera]
        return found

    def _visitor(self, tenant: Tenant, desk: _Desk, environ: Environ) -> Visitor | None:
        """Who the cookie says it is. It is signed, so that reading it once is enough; the sign-in itself is asked for
        at each beat."""
        raw = environ.get("HTTP_COOKIE", "")
        known = hashlib.sha256(raw.encode()).digest()
        if known not in desk.visitors:
            with bound(tenant):
                session: Mapping[str, Any] = self._app.session_interface.open_session(self._app, Request(environ)) or {}
            sign_in = session.get("sign_in")
            if len(desk.visitors) >= MOST_VISITORS:
                desk.visitors.clear()
            desk.visitors[known] = Visitor(digest(sign_in), language_of(tenant, session.get("language"))) \
                if sign_in else None
        return desk.visitors.get(known)

    def _words(self, ctx: Ctx, desk: _Desk) -> Words:
        if ctx.locale not in desk.words:
            with bound(ctx.tenant), self._app.app_context(), force_locale(ctx.locale):
                desk.words[ctx.locale] = Words.read()
        return desk.words[ctx.locale]


def read_beat(environ: Environ) -> BeatAsked | None:
    """The beat of a body that is plainly one; the view says what is wrong with any other."""
    body = small_json(environ, MOST_BYTES)
    if body is None:
        return None
    token, position, playing = body.get("token"), body.get("position_ms"), body.get("playing")
    if type(token) is not str or type(position) is not int or type(playing) is not bool:
        return None
    return BeatAsked(token, position, playing)

"""黑名单与申诉: what was decided about oneself, why, until when, and how to object (ZJ-14)."""
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from marshmallow import fields, validate

from core.access import Permission, policy
from core.base.errors import Refused
from core.base.matters import LONGEST_REASON, SHORTEST_REASON, STATE_TONES, STATE_WORDS, State, Step
from core.blacklist import service
from core.blacklist.queries import bar_of, bars_about, own_bar
from core.identity import current_person
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.banners import banner
from core.web.forms import Form, FormSchema, shown

bp = Blueprint("blacklist", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    for place in ("home", "education", "certificates"):
        banner(app, place, _banner)


@dataclass(frozen=True)
class ObjectionAsked:
    words: str


class ObjectionSchema(FormSchema[ObjectionAsked]):
    """What the person has to say."""

    into = ObjectionAsked

    words = fields.String(required=True, validate=validate.Length(min=SHORTEST_REASON,
                                                                  max=LONGEST_REASON), metadata=shown(
        _l("申诉内容"), "textarea", hint=_l("写清楚哪里不对、当时的情况。只能提交一次，请写完整。")))


@bp.get("/blacklist")
@policy(Permission.STUDY)
def mine() -> ResponseReturnValue:
    """Every decision about the person, the newest first."""
    return _show(current_ctx())


def _show(ctx: Ctx, form: Form[ObjectionAsked] | None = None, of: UUID | None = None) -> ResponseReturnValue:
    rows = bars_about(ctx, current_person(ctx))
    forms = {row.id: form if form and row.id == of else Form(ObjectionSchema(), request) for row in rows
             if row.state is State.STANDS and Step.REPLY not in row.said}
    return page("blacklist/mine.html", status=form.status if form else 200, rows=rows, forms=forms, words=STATE_WORDS,
                tones=STATE_TONES, period=service.period, Step=Step, hotlines=ctx.rules().portal.hotlines)


@bp.post("/blacklist/<uuid:bar_id>/objection")
@policy(Permission.STUDY)
def objection(bar_id: UUID) -> ResponseReturnValue:
    """提出申诉, once; somebody who has not proposed the bar decides on it."""
    ctx = current_ctx()
    row = own_bar(ctx, current_person(ctx), bar_id)
    form = Form(ObjectionSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            service.object_to(ctx, row, asked.words)
        except Refused as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("申诉已提交，处理结果会发消息给您。"), "done")
            return redirect(url_for(".mine"), 303)
    return _show(ctx, form, bar_id)


def _banner(ctx: Ctx) -> Markup:
    """Above the pages where a barred person would otherwise meet a refusal without knowing why."""
    bar = bar_of(ctx, current_person(ctx))
    return Markup(render_template("blacklist/banner.html", bar=bar)) if bar else Markup()

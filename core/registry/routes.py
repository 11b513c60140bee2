"""Pages of what the ministry holds of a person: the pull, 从业信息 (N-18, N-20, N-50)."""
from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.base.errors import Refused
from core.identity import Person, current_person
from core.registry.models import Pull
from core.registry.queries import certificates_of, hours_on_record, latest_pull, status_entry, status_of
from core.registry.service import ask_pull
from core.registry.states import KIND_TEXTS, STATUS_TEXTS, PullState
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.navigation import address

bp = Blueprint("registry", __name__, template_folder="templates")
SLOW_AFTER = timedelta(seconds=30)


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/certificates/pull")
@policy(Permission.STUDY)
def pulled() -> Response:
    """获取本人所有证书信息: what the ministry sent, or that it is still awaited (N-18)."""
    ctx = current_ctx()
    person = current_person(ctx)
    pull = latest_pull(ctx, person)
    return page("registry/pulled.html", pull=pull, slow=_slow(ctx, pull), held=certificates_of(ctx, person),
                states=PullState, next_step=address("cycle.education"))


@bp.get("/certificates/pull/state")
@policy(Permission.STUDY)
def pull_state() -> Response:
    """For the script of the page: whether there is something new to show."""
    ctx = current_ctx()
    pull = latest_pull(ctx, current_person(ctx))
    return jsonify(waiting=pull is not None and pull.state == PullState.WAITING, slow=_slow(ctx, pull))


@bp.post("/certificates/pull")
@policy(Permission.STUDY)
def pull() -> ResponseReturnValue:
    """Ask again."""
    ctx = current_ctx()
    person = current_person(ctx)
    _check_open(person)
    ask_pull(ctx, person)
    return redirect(url_for(".pulled"), 303)


@bp.get("/employment")
@policy(Permission.STUDY)
def employment() -> Response:
    """从业信息 (N-19): certificates with their facts, and the hours on record (N-20, N-50)."""
    ctx = current_ctx()
    person = current_person(ctx)
    rules = ctx.rules()
    return page("registry/employment.html", held=certificates_of(ctx, person), hours=hours_on_record(ctx, person),
                status_of=status_of, entry_of=status_entry, status_texts=STATUS_TEXTS,
                kind_texts=KIND_TEXTS,
                hint=ctx.text("continuing_hint", url=rules.portal.library_banner_url), opened=person.portal_opened_at,
                library=address("registration.library"))


def _slow(ctx: Ctx, pull: Pull | None) -> bool:
    return pull is not None and pull.state == PullState.WAITING and ctx.now - pull.asked_at > SLOW_AFTER


def _check_open(person: Person) -> None:
    if person.portal_opened_at is None:
        raise Refused("library_not_open", _("请先在“继续教育”中点“立即注册”，开通资源库账号。"))

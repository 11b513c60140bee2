"""我的培训, the player, its beats and media, the study record, and the catalogue (N-31 … N-38)."""
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import PUBLIC, Permission, camera_page, policy, trail_exempt
from core.base.errors import DomainError, Refused
from core.course import catalogue, choosing, late_routes, queries, relearning, service, training
from core.course.beating import answer, standing
from core.course.lean import LeanBeat
from core.course.ledger import Part
from core.course.presence import pictures, presence_proven
from core.course.queries import LessonState
from core.course.rules import Pace
from core.course.schemas import BeatSchema, LeaseSchema
from core.course.shedding import Shedding
from core.course.streaming import video_piece
from core.course.subjects import completion_popup, own_subject
from core.course.wording import Words, hours_text, listed, waiting_text
from core.identity import device_token, know_device, new_device_token
from core.presence import check_url
from core.web import JianxueFlask, current_ctx, page
from core.web.paging import page_in
from core.web.navigation import address

bp = Blueprint("course", __name__, template_folder="templates")
# Where what is missing before the first study is put in order (GD-09, BJ-06).
PLACES = {"id_scans_missing": "registration.scans_page", "phone_unconfirmed": "registration.record",
          "password_initial": "identity.change_password", "photo_missing": "registration.basics"}
ALL_PLACES = "registration.record"

PLAYER_WORDS = {
    "opening": _l("正在打开课程…"), "paused": _l("已暂停。暂停期间不计学时，点“继续”接着学习。"),
    "hidden": _l("您离开了学习页面，课程已暂停。点“继续”接着学习。"), "press": _l("请点“继续”开始播放。"),
    "pause": _l("暂停"), "resume": _l("继续"), "mute": _l("静音"), "unmute": _l("取消静音"),
    "silent": _l("浏览器不允许自动播放声音，已静音播放。点“取消静音”听讲解。"),
    "offline": _l("网络中断，画面已暂停。已计入的学时不会丢失，恢复后自动继续。"),
    "cut": _l("网络中断，正在离线学习，恢复网络后补记。还可以离线学习 {left}。"),
    "cut_over": _l("断网学习已到限额，画面已暂停。恢复网络后自动补记，接着学习。"),
    "cut_ended": _l("网络中断，本节已播放到结尾。恢复网络后自动补记。"),
    "cut_empty": _l("网络中断，已缓存的画面放完了。恢复网络后自动补记，接着学习。"),
    "cut_plain": _l("网络中断，画面已暂停。本页地址不是 https，断网期间的学习无法补记；恢复后从保存的位置接着学习。"),
    "cut_lost": _l("断网期间的学习没有计入：断网后在另一个页面或设备上打开过学习。"),
    "media": _l("视频没有加载成功。请检查网络后刷新页面，已计入的学时不会丢失。"),
    "next": _l("本节学完，正在打开下一节…"), "lesson_done": _l("已学完"), "lesson_now": _l("学习中"), "all_done": _l("全部课程已经学完。"),
    "failed": _l("没有连接上学习服务。请刷新页面，已计入的学时不会丢失。"),
    "no_camera": _l("没有打开摄像头。抓拍照片是学时有效的依据，请允许浏览器使用摄像头后刷新页面。"),
    "net_on": _l("连接正常"), "net_slow": _l("网络较慢，正在缓冲"), "net_off": _l("网络中断，正在重连"),
}

BEAT = "/study/beat"
_SHEDDING = "jianxue.shedding"
PART_WORDS = {Part.GENERAL: _l("通用课程"), Part.PROFESSIONAL: _l("专业课程")}


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(late_routes.bp)
    app.extensions[_SHEDDING] = shedding = Shedding()
    app.lean.add(BEAT, LeanBeat(app, shedding))


def _interval_ms(pace: Pace) -> int:
    """What a page is asked to wait for its next beat, by the load of this process."""
    shedding: Shedding = current_app.extensions[_SHEDDING]
    return shedding.interval_ms(pace)


# --- 我的培训 ---------------------------------------------------------------------------------------------

@bp.get("/training", endpoint="training")
@policy(Permission.STUDY)
def training_page() -> ResponseReturnValue:
    ctx = current_ctx()
    asked = training.Filter.of(request.args)
    rows = training.rows(ctx)
    shown = page_in([row for row in rows if asked.fits(row)], request.args, size=3)
    return page("course/training.html", page=shown, rows=rows, asked=asked, active="training",
                choices=training.choices(rows), studies=training.STUDIES, actions=training.actions(ctx, shown.items),
                cares=training.cares(ctx, shown.items), listed=listed, notice=ctx.rules().texts.impersonation_notice)


@bp.get("/training/<uuid:enrollment_id>/record")
@policy(Permission.STUDY)
def record(enrollment_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    lines = queries.record_of(ctx, asked)
    return page("course/record.html", subject=asked, page=page_in(lines, request.args), active="training",
                learned=queries.progress(ctx, asked), snapshots=pictures(ctx, asked), spoken=Words.read().spoken,
                waiting_text=waiting_text, waits=late_routes.hours_of(ctx, asked)["waiting_text"],
                hole=relearning.hole_of(ctx, asked), listed=listed)


@bp.route("/training/<uuid:enrollment_id>/relearn", methods=["GET", "POST"])
@policy(Permission.STUDY)
def relearn(enrollment_id: UUID) -> ResponseReturnValue:
    """Hours without a picture: given back now and learned again, instead of lost at the audit (C-03, N-45 c)."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    hole = relearning.hole_of(ctx, asked)
    if request.method == "GET" and hole is not None and hole.open:
        return page("ui/confirm.html", title=_("补学没有照片的学时"), action=url_for(".relearn", enrollment_id=asked.id),
                    cancel=url_for(".record", enrollment_id=asked.id), label=_("清除并补学"),
                    text=_("第 %(hours)s 学时没有抓拍照片，审核时会按无效学时清除。现在补学会清除这几个学时和相连的一小段，"
                           "共 %(time)s，再从缺的地方接着学。其他学时保留。",
                           hours=listed(hole.hours),
                           time=Words.read().spoken(relearning.mending_of(ctx, asked, hole).seconds)))
    relearning.relearn(ctx, asked)
    flash(_("已清除没有照片的学时。请打开摄像头，点“开始学习”补学。"), "done")
    return redirect(url_for(".training"), 303)


@bp.route("/training/<uuid:enrollment_id>/packages", methods=["GET", "POST"])
@policy(Permission.STUDY)
def packages(enrollment_id: UUID) -> ResponseReturnValue:
    """推荐课程包: what there is for the post and year, the recommended one picked already (JL-12)."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    error = None
    if request.method == "POST":
        try:
            choosing.choose_packages(ctx, asked, request.form.getlist("general") + request.form.getlist("professional"))
        except DomainError as refused:
            ctx.rollback()
            asked, error = own_subject(ctx, enrollment_id), refused
        else:
            flash(_("课程已选好，可以开始学习。"), "done")
            return redirect(url_for(".training"), 303)
    offers = choosing.offers(ctx, asked)
    if not offers and error is not None:
        raise error
    if not offers:
        return redirect(url_for(".training"))
    return page("course/packages.html", status=error.status if error else 200, subject=asked, offers=offers,
                error=error, begun=choosing.begun(ctx, asked), words=PART_WORDS, active="training")


# --- the player ------------------------------------------------------------------------------------------

@bp.get("/study/<uuid:enrollment_id>")
@camera_page
@policy(Permission.STUDY)
def player(enrollment_id: UUID) -> ResponseReturnValue:
    """开始学习: first the face (N-34), then the player."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    try:
        service.check_may_study(ctx, asked)
    except DomainError as error:
        return _turn_back(error)
    learned = queries.progress(ctx, asked)
    if learned.done:
        return redirect(url_for(".replay", enrollment_id=asked.id))
    if not presence_proven(ctx, asked):
        return redirect(check_url(ctx, asked.id, url_for(".player", enrollment_id=asked.id)))
    lessons = queries.lessons_of(ctx, asked)
    texts = ctx.rules().texts
    return page("course/player.html", subject=asked, lessons=lessons, learned=learned, active="training",
                first=_asked_lesson(lessons), words={key: str(text) for key, text in PLAYER_WORDS.items()},
                camera=ctx.rules().presence.required, texts=texts)


def _asked_lesson(lessons: list[LessonState]) -> str:
    wanted = request.args.get("lesson", "")
    return wanted if any(str(lesson.id) == wanted and not lesson.done for lesson in lessons) else ""


def _turn_back(error: DomainError) -> Response:
    for problem in error.problems:
        flash(" ".join(filter(None, (problem.sentence, problem.hint))), "stop")
    places = {PLACES.get(problem.code, "") for problem in error.problems}
    place = address(places.pop() if len(places) == 1 else ALL_PLACES if "" not in places else "")
    answer = redirect(place or url_for(".training"))
    assert isinstance(answer, Response)
    return answer


@bp.post("/study/<uuid:enrollment_id>/lease")
@policy(Permission.STUDY)
def lease(enrollment_id: UUID) -> ResponseReturnValue:
    """The page asks to study; answers with the first token and the lesson."""
    ctx = current_ctx()
    asked, browser = LeaseSchema.read(request), device_token() or new_device_token()
    try:
        opened = service.open_lease(ctx, enrollment_id, asked.lesson, request.user_agent.string, browser)
    except Refused as error:
        if error.code in ("presence_wanted", "hours_waiting"):
            error.facts["again"] = check_url(ctx, enrollment_id, url_for(".player", enrollment_id=enrollment_id))
        raise
    media = url_for(".media", lease_id=opened.lease_id)
    opening = jsonify(
        lease=str(opened.lease_id), token=opened.token, interval_ms=opened.state.interval_ms,
        resume_ms=opened.state.resume_ms,
        lesson={"id": str(opened.lesson.id), "title": opened.lesson.title, "media": media},
        cut=late_routes.cut_of(ctx, opened.lease_id), **late_routes.hours_of(ctx, own_subject(ctx, enrollment_id)),
        **standing(opened.state, Words.read(), queries.pace(ctx)))
    return know_device(opening, browser)


@bp.post(BEAT)
@trail_exempt("beats and ledger entries are their own record; a trail row each 30 s would bury the trail")
@policy(Permission.STUDY)
def beat() -> ResponseReturnValue:
    """One beat of the player."""
    ctx = current_ctx()
    asked, words, beats = BeatSchema.read(request), Words.read(), queries.pace(ctx)
    taken = service.beat(ctx, asked.token, asked.position_ms, asked.playing, _interval_ms(beats))
    done = bool(taken.learned and taken.learned.done)
    body = answer(taken.judged, taken.token, words, beats, absence=taken.absence, done=done, snapshots=taken.snapshots)
    if body["stop"] or taken.learned:
        subject = own_subject(ctx, UUID(taken.judged.terms.enrollment_id))
        body["hours_text"] = hours_text(queries.progress(ctx, subject))
        if body["stop"]:
            body["again"] = check_url(ctx, subject.id, url_for(".player", enrollment_id=subject.id))
    if done:
        body["popup"] = completion_popup(ctx, subject)
    return jsonify(body)


# --- media -----------------------------------------------------------------------------------------------


@bp.get("/study/media/<uuid:lease_id>.mp4")
@policy(Permission.STUDY)
def media(lease_id: UUID) -> ResponseReturnValue:
    """The lesson of an open lease, by range; each fetched range is logged (L5)."""
    ctx = current_ctx()
    lesson = service.lesson_of_lease(ctx, lease_id)
    piece = video_piece(ctx, lesson.media_key, lesson.duration_ms)
    if piece.response.status_code < 400 and request.method == "GET":
        service.note_media_read(ctx, lease_id, piece.first, piece.last, piece.size)
    return piece.response


# --- 重播 -------------------------------------------------------------------------------------------------

@bp.get("/training/<uuid:enrollment_id>/replay")
@policy(Permission.STUDY)
def replay(enrollment_id: UUID) -> ResponseReturnValue:
    """重播: after all is learned, with free seeking; nothing counts (N-37)."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    if not queries.progress(ctx, asked).done:
        flash(ctx.text("no_seek"), "stop")
        return redirect(url_for(".training"))
    lessons = queries.lessons_of(ctx, asked)
    wanted = request.args.get("lesson", "")
    chosen = next((lesson for lesson in lessons if str(lesson.id) == wanted), lessons[0] if lessons else None)
    return page("course/replay.html", subject=asked, lessons=lessons, chosen=chosen, active="training")


@bp.get("/training/<uuid:enrollment_id>/replay/<uuid:lesson_id>.mp4")
@policy(Permission.STUDY)
def replay_media(enrollment_id: UUID, lesson_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    lesson = service.lesson_of_replay(ctx, enrollment_id, lesson_id)
    return video_piece(ctx, lesson.media_key, lesson.duration_ms).response


# --- 课程目录 ---------------------------------------------------------------------------------------------

@bp.get("/courses")
@policy(PUBLIC)
def courses() -> ResponseReturnValue:
    """What is taught: packages by post, with lessons and class hours."""
    ctx = current_ctx()
    post = request.args.get("post", "")
    packages = catalogue.published(ctx)
    posts = sorted({package.post for package in packages if package.post})
    shown = [package for package in packages if not post or package.post in ("", post)]
    return page("course/courses.html", packages=shown, posts=posts, choices=[(name, name) for name in posts],
                post=post, hours=ctx.rules().hours)


@bp.get("/courses/<code>")
@policy(PUBLIC)
def package(code: str) -> ResponseReturnValue:
    """One package with its lessons."""
    ctx = current_ctx()
    found = catalogue.package_by_code(ctx, code)
    return page("course/package.html", package=found,
                lessons=[lesson for lesson in found.lessons if lesson.published], pace=queries.pace(ctx))

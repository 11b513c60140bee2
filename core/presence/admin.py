"""The witness's entry in the menu; two pictures side by side: one face under two IDs, the ID card beside the photo
(L13)."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, daytime, status
from core.presence.duplicates import decide_duplicate
from core.presence.looking import Kind, address_of
from core.presence.models import FaceDuplicate, FacePurge, ScanMatch
from core.presence.scanned import compares_scans, decide_scan
from core.presence.states import ReviewState
from core.presence.supervised import waiting_count
from core.presence.words import PAIR_TEXTS, SCAN_TEXTS, purge_kind_text, purge_rule_text, zone_text
from core.tenancy import Ctx, Role
from core.web import current_ctx
from core.web.filters import masked_id

_NOTE = _l("依据（看了哪些材料、怎样核实的）")


def _tag(words: Mapping[ReviewState, Any], waits: ReviewState, state: str) -> object:
    found = ReviewState(state)
    tone = {ReviewState.OPEN: Tone.ACTIVE, waits: Tone.STOP}.get(found, Tone.DONE)
    return status(words[found], tone)


def _far(euclid: float | None) -> str:
    return "—" if euclid is None else f"{euclid:.2f}"


def _decides(decide: Callable[[Ctx, Any, ReviewState, str], None],
             state: ReviewState) -> Callable[[Ctx, Any, str], None]:
    return lambda ctx, row, note: decide(ctx, row, state, note)


def _in(*states: ReviewState, administrator: bool = False) -> Callable[[Any], bool]:
    """Offered while a row stands in one of these states; what ends a matter to the administrator alone."""
    return lambda row: row.state in states and (not administrator or _administers(current_ctx()))


def _administers(ctx: Ctx) -> bool:
    return Role.ADMINISTRATOR in ctx.actor.roles


class Reviews(TableView[Any]):
    """What both lists share: who waits comes first, two pictures on a row's page, each look on the trail."""

    permission = Permission.READ_CASES
    group = Group.TODO
    row_template = "console/two_faces.html"
    words: ClassVar[Mapping[ReviewState, Any]]
    waits: ClassVar[ReviewState]
    explained: ClassVar[Any]

    def count(self, ctx: Ctx) -> int:
        """What waits for whoever is signed in: for the administrator also what an auditor handed on."""
        states = (ReviewState.OPEN, self.waits) if _administers(ctx) else (ReviewState.OPEN,)
        return ctx.db.scalar(select(func.count()).select_from(self.model).where(self.model.state.in_(states))) or 0

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(self.model).order_by((self.model.state != ReviewState.OPEN).asc(),
                                           (self.model.state != self.waits).asc(), self.model.id.desc())

    def facts(self, ctx: Ctx, row: Any) -> Sequence[Fact]:
        decided = [Fact(_("依据"), row.note), Fact(_("核对人"), row.by_name), Fact(_("核对时间"), daytime(row.decided_at))]
        return [*super().facts(ctx, row), *(decided if row.decided_at else ())]

    def offered(self, row: Any) -> list[RowAction[Any]]:
        """Beside the two pictures only: nobody decides from the list, without having looked."""
        return super().offered(row) if request.view_args and "id" in request.view_args else []

    def more(self, ctx: Ctx, row: Any) -> dict[str, Any]:
        return {"sides": self.sides(ctx, row), "explained": self.explained}

    def sides(self, ctx: Ctx, row: Any) -> list[tuple[str, str]]:
        """(address, words) of the two pictures, left and right."""
        raise NotImplementedError


def _state_pick(model: Any, words: Mapping[ReviewState, Any]) -> Pick:
    return Pick("state", _l("状态"), lambda _ctx: [(state.value, str(text)) for state, text in words.items()],
                lambda rows, value: rows.where(model.state == value))


class Duplicates(Reviews):
    """疑似同一人: two ID numbers whose photos look like one face."""

    model, key, title, icon = FaceDuplicate, "face-duplicates", _l("疑似同一人"), "people"
    words, waits = PAIR_TEXTS, ReviewState.SAME
    summary = _l("两个身份证号的照片很像同一张脸，由人核对。")
    lead = _l("系统只提示照片相像，不会限制学员。双胞胎和长得像的人核对后不再提示；确是同一人的，由管理员处理。")
    empty = _l("有照片相像的两个账号时，会显示在这里。")
    explained = _l("请对照两人的身份证和报名材料。只凭照片不能认定是同一人。")
    columns = (
        Col[FaceDuplicate]("names", _l("姓名"), lambda row: f"{row.one.name} / {row.other.name}"),
        Col[FaceDuplicate]("ids", _l("身份证号"),
                           lambda row: f"{masked_id(row.one.id_number)} / {masked_id(row.other.id_number)}"),
        Col[FaceDuplicate]("euclid", _l("距离（越小越像）"), lambda row: _far(row.euclid), sort=FaceDuplicate.euclid,
                           kind="num"),
        Col[FaceDuplicate]("found", _l("发现时间"), lambda row: daytime(row.found_at), sort=FaceDuplicate.found_at,
                           kind="short"),
        Col[FaceDuplicate]("state", _l("状态"), lambda row: _tag(PAIR_TEXTS, ReviewState.SAME, row.state), kind="short"),
    )
    picks = (_state_pick(FaceDuplicate, PAIR_TEXTS),)
    actions = (
        RowAction[FaceDuplicate](
            "same", _l("是同一人"), None,
            lambda row: _("“%(one)s”与“%(other)s”是同一个人，转给管理员处理。", one=row.one.name, other=row.other.name),
            _in(ReviewState.OPEN), kind="danger", note=_NOTE, run_noted=_decides(decide_duplicate, ReviewState.SAME)),
        RowAction[FaceDuplicate](
            "other", _l("不是同一人"), None,
            lambda row: _("“%(one)s”与“%(other)s”不是同一个人，以后不再提示。", one=row.one.name, other=row.other.name),
            _in(ReviewState.OPEN, ReviewState.SAME), note=_NOTE,
            run_noted=_decides(decide_duplicate, ReviewState.OTHER)),
        RowAction[FaceDuplicate](
            "settle", _l("已处理"), None, lambda row: _("请写明怎样处理的，例如注销了哪个账号、学时如何处理。"),
            _in(ReviewState.SAME, administrator=True), note=_l("处理结果"),
            run_noted=_decides(decide_duplicate, ReviewState.SETTLED)),
    )

    def sides(self, ctx: Ctx, row: FaceDuplicate) -> list[tuple[str, str]]:
        return [(address_of(ctx, Kind.PHOTO, one.id), one.name) for one in (row.one, row.other)]


class Scans(Reviews):
    """身份证人像核对: the card's portrait beside the photo on file."""

    model, key, title, icon = ScanMatch, "scan-matches", _l("身份证人像核对"), "person-vcard"
    words, waits = SCAN_TEXTS, ReviewState.OTHER
    summary = _l("身份证上的人像与档案照片不够像的，由人核对。")
    lead = _l("身份证人像小、有覆膜、拍得斜，系统常常认不准，所以只提示，不退回。核对后学员不受影响。")
    empty = _l("学员上传身份证并刷过脸后，需要人核对的会显示在这里。")
    explained = _l("身份证照片可能是多年前拍的。请看五官轮廓，不看发型、胖瘦和年龄。")
    columns = (
        Col[ScanMatch]("name", _l("姓名"), lambda row: row.person.name, kind="short"),
        Col[ScanMatch]("id_number", _l("身份证号"), lambda row: masked_id(row.person.id_number), kind="short"),
        Col[ScanMatch]("zone", _l("系统比对"), lambda row: zone_text(row.zone) if row.zone else _("身份证上没有找到人像")),
        Col[ScanMatch]("euclid", _l("距离（越小越像）"), lambda row: _far(row.euclid), sort=ScanMatch.euclid, kind="num"),
        Col[ScanMatch]("compared", _l("比对时间"), lambda row: daytime(row.compared_at), sort=ScanMatch.compared_at,
                       kind="short"),
        Col[ScanMatch]("state", _l("状态"), lambda row: _tag(SCAN_TEXTS, ReviewState.OTHER, row.state), kind="short"),
    )
    picks = (_state_pick(ScanMatch, SCAN_TEXTS),)
    actions = (
        RowAction[ScanMatch](
            "same", _l("是本人"), None, lambda row: _("“%(name)s”的身份证与照片是同一个人。", name=row.person.name),
            _in(ReviewState.OPEN, ReviewState.OTHER), note=_NOTE, run_noted=_decides(decide_scan, ReviewState.SAME)),
        RowAction[ScanMatch](
            "other", _l("不是本人"), None,
            lambda row: _("“%(name)s”的身份证与照片不是同一个人，转给管理员处理。", name=row.person.name),
            _in(ReviewState.OPEN), kind="danger", note=_NOTE, run_noted=_decides(decide_scan, ReviewState.OTHER)),
        RowAction[ScanMatch](
            "settle", _l("已处理"), None, lambda row: _("请写明怎样处理的，例如已请本人到场更换照片。"),
            _in(ReviewState.OTHER, administrator=True), note=_l("处理结果"),
            run_noted=_decides(decide_scan, ReviewState.SETTLED)),
    )

    def offered_at(self, ctx: Ctx) -> bool:
        return compares_scans(ctx)

    def sides(self, ctx: Ctx, row: ScanMatch) -> list[tuple[str, str]]:
        return [(address_of(ctx, Kind.CARD, row.id), _("身份证人像面")),
                (address_of(ctx, Kind.PHOTO, row.person_id), _("档案照片"))]


class Purges(TableView[FacePurge]):
    """人脸信息清除记录: what was deleted, how many, when, by which rule; exported as a certificate (C-24)."""

    model, key, title, group, icon = FacePurge, "face-purges", _l("人脸信息清除记录"), Group.SYSTEM, "archive"
    summary = _l("何时按什么规则清除了多少人脸信息。")
    lead = _l("记录只增不改，每一条同时写入操作日志。“文件摘要”由被清除文件的名称算出，不含任何人脸信息。")
    empty = _l("保存期满或有人撤回同意后，清除的内容会记在这里。")
    columns = (
        Col[FacePurge]("at", _l("清除时间"), lambda row: daytime(row.at), sort=FacePurge.at, kind="short"),
        Col[FacePurge]("rule", _l("规则"), lambda row: purge_rule_text(row.rule), kind="short"),
        Col[FacePurge]("kind", _l("内容"), lambda row: purge_kind_text(row.kind), kind="short"),
        Col[FacePurge]("count", _l("数量"), lambda row: str(row.count), kind="num"),
        Col[FacePurge]("digest", _l("文件摘要"), lambda row: row.digest or "—"),
    )

    def select(self, _ctx: Ctx) -> Select[FacePurge]:
        return select(FacePurge).order_by(FacePurge.at.desc(), FacePurge.id.desc())


def install(console: Console) -> None:
    console.add(Duplicates(), Scans(), Purges())
    console.link(Group.TODO, _l("现场见证"), "supervised.desk", Permission.WITNESS, icon="person-check",
                 count=waiting_count, summary=_l("安排见证的时间地点，核对本人和身份证后登记。"))

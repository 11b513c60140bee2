"""证书管理: the rows of the table with what can be done, and the step of the home page."""
from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from core.base.errors import Problem
from core.certificate.issuing import current_issue, lines_of, newer_years
from core.contract.values import Action, Column, Step, StepState
from core.extension import hooks
from core.identity import Person
from core.organization import class_of
from core.registry import (
    KIND_TEXTS,
    STATUS_TEXTS,
    Certificate,
    Kind,
    Status,
    certificate_facts,
    certificates_of,
    status_entry,
    status_of,
)
from core.tenancy import Ctx

OVER = (Status.VOID, Status.CANCELLED)
TONES = {Status.NORMAL: "done", Status.ABNORMAL: "stop", Status.SUSPENDED: "stop"}


@dataclass(frozen=True)
class Line:
    """One certificate as the table shows it; `cells` holds a text for each column key but `actions`, `said` tells
    whether the status is to stand beside the post, since it is not 正常 and has no column of its own."""

    held: Certificate
    cells: Mapping[str, str]
    tone: str
    actions: tuple[Action, ...]
    problems: tuple[Problem, ...]
    said: bool
    file: Action | None = None


def columns(ctx: Ctx) -> tuple[Column, ...]:
    """The columns of the tenant (N-51, X-22)."""
    return hooks(ctx).adjust_certificate_columns(())


def lines(ctx: Ctx, person: Person) -> list[Line]:
    """A person's certificates, what can be done with each, and why something cannot; those that are over last."""
    apart = "status" not in {column.key for column in columns(ctx)}
    found = [_line(ctx, person, held, apart) for held in certificates_of(ctx, person)]
    return sorted(found, key=lambda line: status_of(line.held) in OVER)


def _line(ctx: Ctx, person: Person, held: Certificate, apart: bool) -> Line:
    status = status_of(held)
    problems = _problems(ctx, person, held, status)
    cells = {
        "number": held.number, "post": held.post.name, "name": person.name, "status": str(STATUS_TEXTS[status]),
        "remark": status_entry(held).remark, "kind": str(KIND_TEXTS[Kind(held.kind)]), "province": held.province,
        "issuer": held.issuer, "issued_on": held.issued_on.isoformat(),
    }
    actions = tuple(_actions(ctx, person, held, status, problems))
    return Line(held, cells, TONES.get(status, "quiet"), actions, problems, apart and status is not Status.NORMAL,
                _file(ctx, held, status))


def _file(ctx: Ctx, held: Certificate, status: Status) -> Action | None:
    """下载, where a tenant has a column for it (X-22): the newest version, drawn now if it is the first (ZJ-36)."""
    if held.kind != Kind.ELECTRONIC:
        return None
    if current_issue(ctx, held) is not None:
        return Action("file", _("下载"), url_for("certificate.file", certificate_id=held.id))
    if status is not Status.NORMAL:
        return None
    return Action("refresh", _("下载"), url_for("certificate.refresh", certificate_id=held.id), method="post")


def _problems(ctx: Ctx, person: Person, held: Certificate, status: Status) -> tuple[Problem, ...]:
    if held.kind == Kind.ELECTRONIC or status in OVER:
        return ()
    return tuple(hooks(ctx).check_replacement(certificate_facts(ctx, held, person)))


def _actions(ctx: Ctx, person: Person, held: Certificate, status: Status,
             problems: tuple[Problem, ...]) -> list[Action]:
    """查看 for what is electronic or over, 证书更新 for a paper certificate (N-51); none for 非正常 (JL-08)."""
    view = Action("view", _("查看"), url_for("certificate.view", certificate_id=held.id), order=10)
    if held.kind == Kind.ELECTRONIC:
        if not class_of(ctx, held.post).continuing_education:
            return [_view_and_download(held)]
        fresh = status is Status.NORMAL and newer_years(ctx, held, person)
        first = current_issue(ctx, held) is None and not lines_of(ctx, held, person)
        newer = Action("refresh", _("下载电子证书") if first else _("获取最新电子证书"),
                       url_for("certificate.refresh", certificate_id=held.id), order=5, method="post")
        return [newer, view] if fresh else [view]
    if status in OVER:
        return [view]
    if status is not Status.NORMAL:
        return []
    if not class_of(ctx, held.post).continuing_education:
        return [_view_and_download(held)]
    label = ctx.rules().certificate.update_label
    if problems:
        return [Action("replace", label, why_not=problems[0].sentence, order=5)]
    return [Action("replace", label, url_for("certificate.replace", certificate_id=held.id), order=5,
                   method="confirm")]


def _view_and_download(held: Certificate) -> Action:
    """The one button of a class without continuing education (JL-17)."""
    return Action("view", _("查看/下载"), url_for("certificate.view", certificate_id=held.id), order=10, primary=True)


def first_file(ctx: Ctx, line: Line) -> Action | None:
    """What brings the electronic certificate to who needs no hours for it; None when it is there already (JL-17)."""
    held = line.held
    if status_of(held) is not Status.NORMAL or class_of(ctx, held.post).continuing_education \
            or current_issue(ctx, held) is not None:
        return None
    label = _("下载电子证书")
    if held.kind == Kind.ELECTRONIC:
        return Action("refresh", label, url_for("certificate.refresh", certificate_id=held.id), method="post")
    return Action("replace", label, url_for("certificate.replace", certificate_id=held.id), method="confirm")


def steps_of_certificates(ctx: Ctx, person: Person) -> list[Step]:
    """八 证书更新: to be done as soon as one can be replaced or refreshed (N-03, N-52, N-57)."""
    title, found = _("证书更新"), lines(ctx, person)
    address = url_for("certificate.certificates")
    for line in found:
        for action in line.actions:
            if action.url and action.key in ("replace", "refresh"):
                reason = _("%(post)s：可以%(label)s了。", post=line.held.post.name, label=action.label)
                return [Step(8, title, StepState.UNDER_WAY, reason, action=Action("certificates", title, address))]
    suspended = next((line for line in found if status_of(line.held) is Status.SUSPENDED), None)
    if suspended is not None:
        return [Step(8, title, StepState.NEEDS_CARE, suspended.cells["remark"],
                     since=status_entry(suspended.held).at, action=Action("certificates", title, address))]
    issued = [issue for line in found if (issue := current_issue(ctx, line.held)) is not None]
    if issued:
        newest = max(issued, key=lambda one: one.issued_at)
        others = any(line.problems and not _closed(line) for line in found)
        reason = _("电子证书已生成。其他证书学完并通过审核后也可更新。") if others else _("电子证书已生成。")
        return [Step(8, title, StepState.DONE, reason, since=newest.issued_at,
                     action=Action("certificates", _("证书管理"), address))]
    ready = next((line for line in found if first_file(ctx, line) is not None), None)
    if ready is not None:
        return [Step(8, title, StepState.UNDER_WAY, _("%(post)s：可以查看、下载电子证书。", post=ready.held.post.name),
                     action=Action("certificates", _("证书管理"), address))]
    if any(_closed(line) for line in found):
        return []
    return [Step(8, title, StepState.WAITING_START, _("学时审核通过后即可更新证书。"))]


def _closed(line: Line) -> bool:
    """Whether nothing can be done any more; the flow that says so speaks for the step as well."""
    return any(problem.final for problem in line.problems)

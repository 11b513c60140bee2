"""The core's answers: step 1 of 办到哪一步, the person's block of a case, who may correct a phone."""
from flask import url_for
from flask_babel import gettext as _

from core.base.ids import mask_id_number, mask_mobile
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CaseRow,
    CaseSection,
    PersonClass,
    PersonFacts,
    PhoneCorrection,
    Step,
    StepState,
)
from core.identity import Person, person_of
from core.registration.photos import open_ticket_of
from core.registration.readiness import next_need
from core.tenancy import Ctx
from core.web.filters import daytime


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """一 个人用户注册 (N-03): done once the file is complete and the resource library is open."""
    owner = person_of(ctx, person.id)
    state, reason, action = _first_step(ctx, owner)
    return [Step(1, _("个人用户注册"), state, reason, owner.portal_opened_at, action)]


def _first_step(ctx: Ctx, owner: Person) -> tuple[StepState, str, Action]:
    basics = url_for("registration.basics")
    if owner.profile_saved_at is None:
        return (StepState.UNDER_WAY, _("请核对并保存基本信息。"),
                Action("basics", _("完善基本信息"), basics, primary=True))
    if owner.photo_key is None:
        return (StepState.UNDER_WAY, _("还没有照片，没有照片不能学习，也不能生成证书。"),
                Action("photo", _("上传照片"), basics, primary=True))
    need = next_need(ctx, owner)
    if need is not None:
        return (StepState.UNDER_WAY, _("开始学习前还要：%(what)s。", what=need.label),
                Action(need.key, need.label, need.url, primary=True))
    if owner.portal_opened_at is None:
        return (StepState.UNDER_WAY, _("资源库账号还没有开通。"),
                Action("library", _("立即注册"), url_for("registration.library"), primary=True))
    return StepState.DONE, "", Action("basics", _("查看基本信息"), basics)


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """基本信息 of a person's case; numbers are masked."""
    owner = person_of(ctx, person.id)
    ticket = open_ticket_of(ctx, owner)
    rows = (
        CaseRow(_("姓名"), owner.name), CaseRow(_("性别"), owner.sex),
        CaseRow(_("身份证号"), mask_id_number(owner.id_number)), CaseRow(_("手机号"), mask_mobile(owner.phone)),
        CaseRow(_("照片"), _("已上传") if owner.photo_key else _("未上传")),
        CaseRow(_("身份证照片"), _("正反面已上传") if person.has_id_scans else _("未上传")),
        CaseRow(_("手机号核对"), daytime(owner.phone_confirmed_at) or _("本人未核对")),
        CaseRow(_("资源库账号"), _("已开通") if owner.portal_opened_at else _("未开通")),
        CaseRow(_("密码"), _("初始密码") if person.password_initial else _("已自设")),
        CaseRow(_("照片更换申请"), _("等待处理") if ticket else _("无")),
    )
    return [CaseSection(10, _("基本信息"), rows)]


@hookimpl(trylast=True)
def collect_person_classes(ctx: Ctx) -> list[PersonClass]:
    """施工现场专业人员, who continue their education (X-24)."""
    return [PersonClass("professional", _("施工现场专业人员"), continuing_education=True)]


@hookimpl(trylast=True)
def resolve_phone_correction(ctx: Ctx, person: PersonFacts) -> PhoneCorrection | None:
    """The trainee corrects the phone, by an SMS code to the new number (X-08)."""
    return PhoneCorrection(by_self=True, sentence=_("换了手机号，请及时更正，否则收不到审核通知。"))

"""Jilin's answers to the contract; the manual beside them is in README.md."""
from core.api import (
    CertificateFacts,
    Column,
    CourseChoice,
    Ctx,
    EnrollmentFacts,
    PersonClass,
    Problem,
    hookimpl,
)
from core.api.courses import offered_packages
from core.api.registry import held_by, lift_abnormal
from plugins.jilin import rules


@hookimpl
def collect_person_classes(ctx: Ctx) -> list[PersonClass]:
    """JL-17, X-24: 专业人员 (the core's) and 技能人员."""
    return [rules.SKILLED]


@hookimpl
def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """JL-08, X-22."""
    return rules.columns(columns)


@hookimpl
def resolve_course_choice(ctx: Ctx, enrollment: EnrollmentFacts) -> CourseChoice | None:
    """JL-12, X-11: 点击“推荐课程包”选择课程, among those of the post and year."""
    return CourseChoice(offered_packages(ctx, enrollment.post, enrollment.year), by_trainee=True)


@hookimpl
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    """JL-08: the core refuses 非正常 with its 备注; here stands what heals it."""
    if not rules.for_missing_hours(certificate.status, certificate.status_note):
        return []
    return [Problem("jilin.hours_first", "完成继续教育、学时记入档案后，证书状态自动恢复正常，即可办理证书更新。",
                    hint="请到“继续教育”报名，或在“我的培训”继续学习。")]


@hookimpl
def on_hours_passed(ctx: Ctx, enrollment: EnrollmentFacts) -> None:
    """JL-08: the hours are on record, so what was 非正常 for want of them is 正常 by an entry of its own."""
    for held in held_by(ctx, enrollment.person_id):
        if held.post == enrollment.post and rules.for_missing_hours(held.status, held.status_note):
            lift_abnormal(ctx, held.id, f"{enrollment.year}年度继续教育学时已记入档案")

"""学习流程图 (N-03): the eight numbered steps in the manuals' words, with the tenant's values in them."""
from dataclasses import dataclass

from flask_babel import gettext as _

from core.tenancy import Ctx
from core.tenancy.rules import Rules
from core.web.look import language
from core.web.navigation import address

NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step of the chart: its number, where it is done, what to do, what comes of it."""

    number: int
    title: str
    where: str
    lines: tuple[str, ...]
    icon: str
    href: str = ""

    @property
    def numeral(self) -> str:
        """一 … 八; 1 … 8 in English."""
        return str(self.number) if language() == "en" else NUMERALS[self.number - 1]


def titles(*, in_person: bool = False) -> tuple[str, ...]:
    """The eight names, to the letter (N-03); `in_person`: an institution enrolls and takes the fee (X-10)."""
    return (_("个人用户注册"), _("继续教育报名"), _("缴费") if in_person else _("在线缴费"), _("在线学习"), _("在线考核测试"), _("学时审核"),
            _("生成培训证明"), _("证书更新"))


def steps(ctx: Ctx) -> list[FlowStep]:
    """The eight steps of this tenant."""
    rules = ctx.rules()
    places: tuple[str, ...] = (_("首页"), _("继续教育"), _("我的订单"), _("我的培训"), _("我的培训"), _("平台审核"),
                               _("我的培训"), _("证书管理"))
    icons = ("person", "mortarboard", "credit-card", "play-circle", "pencil-square", "shield-check", "printer", "award")
    endpoints: tuple[str, ...] = (
        "registration.register", "cycle.education", "payment.orders", "course.training", "course.training", "",
        "course.training", "certificate.certificates")
    said = _said(rules)
    if rules.texts.pay_note:
        said[1] = said[1][:-1]  # nobody sees an order
    in_person = rules.account.origin == "institution"
    if in_person:
        endpoints = ("identity.sign_in", *["organization.institutions"] * 2, *endpoints[3:])
        places = (_("培训机构"), _("培训机构"), _("培训机构"), *places[3:])
        said = [*_in_person(rules), *said[3:]]
    noted = {0: (rules.texts.account_note, "identity.sign_in", _("登录")), 2: (rules.texts.pay_note, "", "")}
    for at, (note, endpoint, place) in noted.items():
        if note:
            said[at] = (note,)
            endpoints = (*endpoints[:at], endpoint, *endpoints[at + 1:])
            places = (*places[:at], place, *places[at + 1:])
    return [FlowStep(at + 1, title, places[at], said[at], icons[at], address(endpoints[at]))
            for at, title in enumerate(titles(in_person=in_person or bool(rules.texts.pay_note)))]


def _said(rules: Rules) -> list[tuple[str, ...]]:
    hours, exam = rules.hours, rules.exam
    total = hours.general + hours.professional
    return [
        (_("填写姓名、身份证号和本人常用手机号，用短信验证码完成注册。注册免费。"),
         _("登录后完善基本信息，上传照片：%(rule)s", rule=rules.texts.photo_managed)),
        (_("系统从部管理系统下载本人已有证书信息。"), _("选择相应证书，选择培训周期。%(tip)s", tip=rules.texts.cycle_tip),
         _("提交后系统自动生成课程订单。")),
        (_("在我的订单中点击【立即购买】，选择【微信】或【支付宝】，在新页面扫描支付二维码完成支付。"),
         _("支付成功后，系统提示将自动返回培训网界面。")),
        (_("每年学时为%(total)s学时，其中通用课程%(general)s学时，专业课程%(professional)s学时。", total=total,
           general=hours.general, professional=hours.professional),
         _("点击【开始学习】，允许使用摄像头，面部识别通过后课程自动播放。"), rules.texts.no_seek),
        (_("全部学时学习完成后开放。题目共%(questions)s道，满分%(full)s分，%(passing)s分(含)以上为合格，时间%(minutes)s分钟。",
           questions=exam.questions, full=exam.full_score, passing=exam.pass_score, minutes=exam.minutes),
         rules.texts.exam_failed),
        (_("学习与考核完成后，学时须经平台审核通过才可计入有效学时。"),
         _("审核时间大约需要%(time)s，结果用短信告诉您。", time=rules.texts.audit_time)),
        (_("学时审核与考核全部通过后，可点击【打印证书】查看或下载学时证明。"),),
        (_("在证书管理中点击【%(label)s】。%(text)s", label=rules.certificate.update_label, text=rules.texts.replacement),
         _("原证书完成继续教育后，可更换电子培训合格证。")),
    ]


def _in_person(rules: Rules) -> list[tuple[str, ...]]:
    """The first three steps where an institution enrolls in person (GD-04 … GD-09)."""
    return [
        (_("报名时由培训机构开设账号：账号为身份证号，初始密码为%(password)s；已自行注册的，使用自设密码。",
           password=rules.account.initial_password), f"{rules.texts.phone_tip}。",
         _("登录成功后，请及时修改密码、完善本人头像及身份证件照片后方可开始学习。")),
        (_("携有效证件（本人身份证件及岗位证书）到公布的培训机构报名。"),),
        (_("按培训机构公示的收费标准缴纳继续教育培训费及教材费。"),),
    ]

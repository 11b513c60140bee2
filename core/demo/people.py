"""Who lives in a demonstration: one account per role, and trainees at different places of the flow.

Nobody of them is a real person: the numbers are well formed and made up, and no message ever leaves the machine.
"""
from dataclasses import dataclass
from datetime import date

from core.tenancy import Role

PASSWORD = "gongdi-Demo-26"
"""The password of every demo account; a production installation refuses demo data altogether."""


@dataclass(frozen=True)
class DemoStaff:
    username: str
    name: str
    role: Role
    phone: str = "13900000000"


STAFF = (
    DemoStaff("admin", "示例管理员", Role.ADMINISTRATOR, "13900000001"),
    DemoStaff("auditor", "示例审核员", Role.AUDITOR, "13900000002"),
    DemoStaff("auditor2", "示例复核员", Role.AUDITOR, "13900000003"),
    DemoStaff("approver", "示例复审人", Role.APPROVER, "13900000004"),
    DemoStaff("regulator", "示例市级主管", Role.REGULATOR, "13900000005"),
    DemoStaff("institution", "示例培训机构一", Role.INSTITUTION, "13900000006"),
    DemoStaff("enterprise", "示例企业", Role.ENTERPRISE, "13900000007"),
    DemoStaff("invigilator", "示例监考员", Role.INVIGILATOR, "13900000008"),
    DemoStaff("witness", "示例见证人", Role.WITNESS, "13900000009"),
    DemoStaff("hotline", "示例客服", Role.HOTLINE, "13900000010"),
    DemoStaff("operator", "示例运维", Role.OPERATOR, "13900000011"),
)


@dataclass(frozen=True)
class DemoCertificate:
    post: str
    number: str
    issued_on: date
    province: str = ""


@dataclass(frozen=True)
class DemoTrainee:
    """`registered`: whether the account exists already; who is not registered is for the visitor to register."""

    name: str
    id_number: str
    phone: str
    sex: str
    registered: bool
    certificates: tuple[DemoCertificate, ...]


TRAINEES = (
    DemoTrainee("张建国", "110101198503152350", "13800010001", "男", False, (
        DemoCertificate("资料员", "12161140000101", date(2016, 4, 19)),
        DemoCertificate("土建质量员", "12161060000102", date(2017, 6, 2)))),
    DemoTrainee("李秀英", "110101199007214684", "13800010002", "女", True, (
        DemoCertificate("资料员", "12161140000201", date(2018, 9, 10)),)),
    DemoTrainee("王志强", "110101197811083137", "13800010003", "男", True, (
        DemoCertificate("土建施工员", "12161010000301", date(2015, 3, 5)),
        DemoCertificate("材料员", "12161100000302", date(2016, 11, 28)))),
)

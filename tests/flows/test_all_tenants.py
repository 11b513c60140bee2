"""The same journey through every shipped tenant; only declared differences differ (issue 3, A.6)."""
import re
from collections.abc import Callable
from typing import Any

import pytest

from core.base.clock import FixedClock
from core.organization import POSTS
from core.tenancy import Directory, Tenant
from tests.browse import Browser
from tests.data import TENANTS
from tests.flows.journey import Journey

Declared = dict[str, tuple[str, Any]]
"""Name of the note → the row of A.6 (or of the manual), and what this tenant has instead of the national standard."""

HOURS_COLUMNS = ("机构", "岗位", "已上传学时数", "总学时数", "上传日期")
JILIN: Declared = {
    "account.phone_unique": ("X-07", True),
    "photo": ("X-01, X-02", (30, ("white", "blue"), "never")),
    "audit.sms": ("X-13", ["【温馨提示】“尊敬的学员，恭喜您的继续教育已完成，可登录管理系统查看学时记录，获取最新的电子证书。”"]),
    "certificates.columns": ("X-22", ["姓名", "证书编号", "岗位名称", "证书状态", "备注", "操作", *HOURS_COLUMNS]),
    "certificates.hint": ("JL-07", "在【证书管理】中可查询已经吉林省建设行业行政主管部门上传的有效证书，完成继续教育后即可换发电子培训合格证。"),
    "completion.popup": ("X-13", ""),
    "course_choice": ("X-11", True),
    "invoice": ("X-23", "none"),
    "person_classes": ("X-24", ["施工现场专业人员", "施工现场技能人员"]),
}
GUANGDONG: Declared = {
    "account.initial_password": ("X-05", ["111111"]),
    "account.origin": ("X-06", "institution"),
    "cheating.sms": ("X-17", "尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2020年度学时将被清除，"
                             "请重新学习。"),
    "completion.popup": ("X-13", "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，请您耐心等待，"
                                 "学时审核通过后可登录管理系统完成换证。"),
    "completion.sms": ("X-13", ["尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，请您耐心等待，"
                                "学时审核通过后可登录管理系统完成换证。"]),
    "audit.sms": ("X-13", ["尊敬的学员，恭喜您的继续教育学时已通过审核。"]),
    "library_url": ("X-19", "http://rcpx.cabp.com.cn"),
    "enrolled_by": ("X-10", "institution"),
    "fee": ("GD-06, X-10", ["培训费", "教材费"]),
    "enroll_menu": ("GD-04, X-10", "/institutions"),
    "order_pages": ("X-10", False),
    "deadline": ("GD-01, X-18", "2021-01-01 00:00:00"),
    "invoice": ("X-23", "none"),
    "eligible": ("X-18", ["2015", "2018", "非正常"]),
    "gates": ("X-09", ["id_scans_missing", "photo_missing"]),
    "sign_in.new_device": ("GD-05, X-08", "password and SMS code"),
}
BEIJING: Declared = {
    "library_url": ("X-19", "http://rcpx.cabp.com.cn"),
    "photo": ("X-04", (80, ("white",), "first_login")),
    "account.initial_password": ("X-05", ["111111"]),
    "account.origin": ("X-06", "centre"),
    "account.registers": ("X-06, BJ-05", False),
    "cheating.sms": ("X-17", "尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2020年度学时将被清除，"
                             "请重新学习（教育培训网）"),
    "enrolled_by": ("X-10", "trainee, others pay"),
    "fee": ("X-10", []),
    "exam.posts": ("X-15", ["材料员", "机械员", "资料员", "劳务员", "标准员", "安全员"]),
    "exam.required": ("X-15", False),
    "invoice": ("X-23", "none"),
    "order_pages": ("X-10", False),
    "phone.corrected": ("X-08", "by 13366510035、13366217296"),
    "gates": ("X-09", ["id_scans_missing", "phone_unconfirmed", "photo_missing"]),
}
ZHEJIANG: Declared = {
    "library_url": ("X-19", "https://zj.zhujianpeixun.com"),
    "photo": ("X-04", (80, ("white",), "first_login")),
    "account.initial_password": ("X-05", ["111111"]),
    "account.origin": ("X-06", "enterprise"),
    "enrolled_by": ("X-10", "enterprise"),
    "enroll_menu": ("X-10", "/institutions"),
    "fee": ("X-10", []),
    "order_pages": ("X-10", False),
    "invoice": ("X-23", "statement"),
    "gates": ("X-09", ["id_scans_missing", "photo_missing"]),
    "exam.required": ("X-15", False),
    "exam.posts": ("X-15", [post.name for post in POSTS]),
    "exam.shape": ("X-16", (50, 100, 60, 120, 0)),
    "certificates.columns": ("X-22", ["证书编号", "岗位名称", "操作", "下载", *HOURS_COLUMNS]),
    "certificates.hint": ("ZJ-37", "按要求完成规定的继续教育学时后，可在“证书管理”中可对原证书进行更新，点击【更新】系统自动生成电子证书，"
                                   "同时原证书作废。证书更新后，会出现下载键，点击下载可以下载继续教育后的证书"),
}
DECLARED: dict[str, Declared] = {"jilin": JILIN, "guangdong": GUANGDONG, "beijing": BEIJING, "zhejiang": ZHEJIANG}


def test_every_shipped_tenant_is_here() -> None:
    shipped = {path.stem for path in TENANTS.glob("*.toml") if not path.name.startswith("_")}
    assert shipped == {"national", *DECLARED}


ROWS = {"jilin": r"JL-\d\d|X-\d\d|A\.7", "guangdong": r"GD-\d\d|X-\d\d|A\.7|C-20", "beijing": r"BJ-\d\d|X-\d\d|A\.7",
        "zhejiang": r"ZJ-\d\d|X-\d\d|A\.7"}


@pytest.mark.parametrize("slug", ROWS)
def test_a_value_that_differs_names_its_row(directory: Directory, slug: str) -> None:
    """A.6: whatever a province sets otherwise than the national standard stands in its manual, or was decided."""
    standard, own = (directory.by_slug(name).file.rule_set for name in ("national", slug))
    unfounded = {key: source for key, source in own.sources.items()
                 if key in standard.sources and own.value(key) != standard.value(key)
                 and not re.search(ROWS[slug], source)}
    assert not unfounded


def test_only_declared_differences_differ(
        national: Tenant, jilin: Tenant, guangdong: Tenant, beijing: Tenant, zhejiang: Tenant, clock: FixedClock,
        guangdong_clock: FixedClock, browser_of: Callable[[Tenant], Browser]) -> None:
    """N-03: account, certificate, order path, gates, 32 hours, exam, audit, proof, 证书更新, in one walk a tenant.

    One registers, at Beijing signs in with the account that was made beforehand (BJ-14); the exam has one shape
    (X-16), the proof comes after audit and exam, and 证书更新 voids the old certificate (GD-20, GD-21, BJ-13).
    """
    standard = walked(national, clock, browser_of)
    wrong: list[str] = []
    for tenant, now in ((jilin, clock), (guangdong, guangdong_clock), (beijing, clock),
                        (zhejiang, clock)):
        notes = walked(tenant, now, browser_of)
        wanted = standard | {name: value for name, (_row, value) in DECLARED[tenant.slug].items()}
        wrong += [f"{tenant.slug}: {name}\n  declared: {wanted.get(name)!r}\n  met:      {notes.get(name)!r}"
                  for name in sorted(notes | wanted) if notes.get(name) != wanted.get(name)]
        wrong += [f"{tenant.slug}: {name} is declared and is no difference" for name in DECLARED[tenant.slug]
                  if wanted[name] == standard.get(name)]
    assert not wrong, "\n".join(wrong)


def walked(tenant: Tenant, now: FixedClock, browser_of: Callable[[Tenant], Browser]) -> dict[str, object]:
    """Each tenant walks on a clock of its own, from the same time of its day."""
    tenant.clock = FixedClock(now.at)
    return Journey(tenant, tenant.clock, browser_of).walk()

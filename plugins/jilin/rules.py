"""What Jilin decides by itself; pure."""
from core.api import Column, PersonClass
from core.api.registry import ABNORMAL

NOT_STUDIED = "未按要求完成继续教育"
"""JL-08: the 备注 that hours heal; an abnormal status for any other reason is lifted by an administrator."""

SKILLED = PersonClass(
    "skilled", "施工现场技能人员", continuing_education=False,
    certificate_title="住房和城乡建设领域施工现场技能人员职业培训合格证",
    certificate_statement="参加住房和城乡建设领域施工现场技能人员职业培训，测试成绩合格。")
"""JL-17: 技能人员 have their electronic certificate without continuing education; the manual gives no words for it, so
they are those of GD-26 with the class in them."""


def for_missing_hours(status: str, note: str) -> bool:
    """Whether a certificate is 非正常 for want of continuing education (JL-08)."""
    return status == ABNORMAL and note.strip().startswith(NOT_STUDIED)


def columns(own: tuple[Column, ...]) -> tuple[Column, ...]:
    """姓名, 证书编号, 岗位名称, 证书状态, 备注, 操作 (JL-08, X-22), around what the core shows."""
    core = {column.key: column for column in own}
    wanted = (Column("name", "姓名"), core["number"], core["post"], Column("status", "证书状态"), Column("remark", "备注"),
              core["actions"])
    known = {column.key for column in wanted}
    return (*wanted[:-1], *(column for column in own if column.key not in known), wanted[-1])

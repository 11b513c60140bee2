"""What a candidate hears of a test: to the letter, Chinese in every language of the page (ZJ-28)."""
from datetime import datetime

from core.api import local

PUBLISHED = ("【温馨提示】尊敬的{name}学员您好，您的{post}岗位测试已安排：{time}，{place}{room}，{seat}号座位。"
             "请带本人身份证，提前{minutes}分钟到场，人脸核验通过后才能考试。")
CHANGED = ("【温馨提示】尊敬的{name}学员您好，您的{post}岗位测试有变更，现为：{time}，{place}{room}，{seat}号座位。"
           "请带本人身份证，提前{minutes}分钟到场，人脸核验通过后才能考试。")
CANCELLED = ("【温馨提示】尊敬的{name}学员您好，原定{time}在{place}{room}的{post}岗位测试已取消：{reason}。"
             "请等候培训机构的新安排。")
NEAR = ("【温馨提示】尊敬的{name}学员您好，您的{post}岗位测试在{time}，{place}{room}，{seat}号座位。"
        "请带本人身份证，提前{minutes}分钟到场，人脸核验通过后才能考试。")
WARNED = "监考人员提醒：{reason}"


def moment(at: datetime) -> str:
    """2026年11月21日09:00 in Shanghai."""
    there = local(at)
    return f"{there.year}年{there.month}月{there.day}日{there:%H:%M}"

"""The posts 岗位 that the platform knows: the 13 of GD-03, 安全员 (ZJ-35), and the family names above them."""
from dataclasses import dataclass


@dataclass(frozen=True)
class PostFact:
    """One post: its short code, full name, and the ungraded name of its family."""

    code: str
    name: str
    family: str


PROFESSIONAL = "professional"
"""施工现场专业人员: the class of persons that every tenant knows (X-24)."""

POSTS = (
    PostFact("SGY-TJ", "土建施工员", "施工员"),
    PostFact("SGY-ZS", "装饰装修施工员", "施工员"),
    PostFact("SGY-AZ", "设备安装施工员", "施工员"),
    PostFact("SGY-SZ", "市政工程施工员", "施工员"),
    PostFact("ZLY-TJ", "土建质量员", "质量员"),
    PostFact("ZLY-ZS", "装饰装修质量员", "质量员"),
    PostFact("ZLY-AZ", "设备安装质量员", "质量员"),
    PostFact("ZLY-SZ", "市政工程质量员", "质量员"),
    PostFact("CLY", "材料员", "材料员"),
    PostFact("JXY", "机械员", "机械员"),
    PostFact("ZLG", "资料员", "资料员"),
    PostFact("LWY", "劳务员", "劳务员"),
    PostFact("BZY", "标准员", "标准员"),
    PostFact("AQY", "安全员", "安全员"),
)
FAMILIES = tuple(dict.fromkeys(post.family for post in POSTS))

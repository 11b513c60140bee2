"""What the demo's lessons are about: 10 general class hours in five lessons, 22 professional in eleven (N-30).

The first professional lesson belongs to the post; the other ten serve every post. Each lesson has three points that
its picture shows and its voice reads.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class LessonPlan:
    """One lesson: its title, its class hours and three points."""

    title: str
    points: tuple[str, str, str]
    class_hours: int = 2


GENERAL = (
    LessonPlan("住房城乡建设法律法规", (
        "建筑法、招标投标法与建设工程质量管理条例各管什么", "五方责任主体的法定义务", "违法分包与转包的认定和后果")),
    LessonPlan("职业道德与安全生产责任", (
        "从业人员的权利和义务：知情、建议、拒绝违章指挥", "全员安全生产责任制", "瞒报、迟报事故的法律责任")),
    LessonPlan("绿色施工与节能减排", (
        "节能、节地、节水、节材和环境保护", "扬尘治理的六个百分之百", "建筑垃圾减量化与资源化")),
    LessonPlan("危险性较大的分部分项工程管理", (
        "危大工程与超过一定规模的危大工程", "专项施工方案：编制、审核、专家论证", "现场公告、交底、监测和验收")),
    LessonPlan("建筑业新技术与智能建造", (
        "装配式建筑与建筑信息模型", "智慧工地：人员、机械和环境的监测", "新技术应用前的论证与交底")),
)

COMMON = (
    LessonPlan("施工图识读与图纸会审", (
        "先看目录和说明，再看平、立、剖面", "结构图与建筑图互相对照", "会审记录怎样写才能作为依据")),
    LessonPlan("建筑材料进场验收", (
        "核对合格证、检验报告与实物", "见证取样和送检", "不合格材料的标识、隔离和退场")),
    LessonPlan("地基与基础工程", (
        "土方开挖：自上而下，分层分段", "基坑支护与降水监测", "地基验槽由谁参加、看什么")),
    LessonPlan("混凝土结构工程", (
        "钢筋的连接和保护层", "模板支撑：搭设、验收、拆除", "混凝土浇筑、养护和同条件试件")),
    LessonPlan("高处作业与临边洞口防护", (
        "安全帽、安全带和安全网", "临边防护栏杆的高度和做法", "洞口盖板固定并设警示标志")),
    LessonPlan("施工用电与消防安全", (
        "三级配电、两级保护", "动火作业审批与看护", "消防通道和临时消防设施")),
    LessonPlan("起重机械与脚手架", (
        "安装、拆卸单位的资质与告知", "脚手架分段验收后使用", "大风雨雪之后的检查")),
    LessonPlan("工程质量检查与验收", (
        "检验批、分项、分部和单位工程", "主控项目与一般项目", "隐蔽工程先验收后覆盖")),
    LessonPlan("工程资料与档案管理", (
        "资料与工程同步形成", "签字齐全、真实、可追溯", "归档的范围、份数和时限")),
    LessonPlan("应急处置与事故报告", (
        "应急预案和每年的演练", "先救人，保护现场，及时上报", "高处坠落、触电和中暑的现场急救")),
)


def of_post(post: str) -> LessonPlan:
    """The first professional lesson of a post, by its full name (资料员 …)."""
    return LessonPlan(f"{post}岗位职责与工作程序", (
        f"{post}在项目部里对谁负责", "开工前、施工中、竣工后各做什么", "与监理、质量、安全各岗位怎样配合"))


def professional(post: str) -> tuple[LessonPlan, ...]:
    """The eleven professional lessons of a post: 22 class hours."""
    return (of_post(post), *COMMON)

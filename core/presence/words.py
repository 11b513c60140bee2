"""What the sitter reads and hears: one instruction in large type, and at once what was wrong and what to do.

`speech.py` makes a clip of each of these sentences, so they stand here and nowhere else.
"""
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import LazyString

from core.presence.liveness import Action, Reason
from core.presence.states import ReviewState, Seen

ACTIONS: Mapping[Action, LazyString] = {
    Action.TURN_LEFT: _l("向左慢慢转头"), Action.TURN_RIGHT: _l("向右慢慢转头"),
    Action.NOD: _l("慢慢点头"), Action.OPEN_MOUTH: _l("张大嘴"),
}
"""The side comes first: the three seconds run while it is said."""
HINTS: Mapping[Reason, LazyString] = {
    Reason.NO_FACE: _l("没有看到人脸，请正对摄像头"), Reason.SEVERAL_FACES: _l("画面里有两个人，请只留本人"),
    Reason.TOO_FAR: _l("离得太远，请靠近一些"), Reason.TOO_DARK: _l("太暗，请打开灯或面向窗户"),
    Reason.TOO_BRIGHT: _l("太亮，请避开直射光"), Reason.NOT_FRONTAL: _l("请正对摄像头，保持平视"),
    Reason.STILL: _l("请看着摄像头"), Reason.CHOPPY: _l("画面太卡，请关掉别的程序，或者换到网络好的地方"),
}
RETURN: LazyString = _l("好，转回来看着摄像头")
_FAILURES: Mapping[str, tuple[LazyString, LazyString]] = {
    Reason.NO_FACE: (_l("没有看清您的脸。"), _l("请坐到光线好的地方，脸对准圆圈再试一次。")),
    Reason.SEVERAL_FACES: (_l("画面里有两个人。"), _l("请只留本人在摄像头前，再试一次。")),
    Reason.REPEATED: (_l("摄像头送来的画面和以前的一样。"), _l("请使用电脑或手机自带的摄像头，关闭其他摄像头软件后再试。")),
    Reason.FLAT: (_l("没有看出头部的动作。"), _l("请本人面对摄像头，慢慢做动作，不要晃动设备。")),
    Reason.NO_DEPTH: (_l("转头太快，没有看清。"), _l("请再试一次，头转得慢一些。")),
    Reason.OTHER_PERSON: (_l("动作前后不像同一个人。"), _l("请本人独自面对摄像头，再试一次。")),
    Reason.LEFT: (_l("人脸离开了画面。"), _l("请一直坐在摄像头前，转头不要太大，再试一次。")),
    Reason.OTHER_ACTION: (_l("做的不是要求的动作。"), _l("请先看清提示，再慢慢做一个动作，再试一次。")),
    Reason.NOT_BACK: (_l("动作做完后没有转回来看摄像头。"), _l("做完动作请转回正面，等下一个提示，再试一次。")),
    Reason.CHOPPY: (_l("画面太卡，看不清动作。"), _l("请关掉别的程序，或者换到网络好的地方再试；也可以预约现场见证。")),
    Reason.NOT_DONE: (_l("规定时间内没有看到要求的动作。"), _l("听到提示后再动作，动作慢一些、大一些，再试一次。")),
    Reason.TOO_LATE: (_l("动作完成得晚了。"), _l("看到提示后马上动作；网络慢时换一个信号好的地方，再试一次。")),
    "no_match": (_l("和照片上的人不像。"), _l("请摘下口罩、帽子和墨镜，在光线均匀的地方再试一次。")),
    "timed_out": (_l("等了一分钟还没有看清您的脸。"), _l("请按照提示移动位置、改变光线，再试一次。")),
    "lost": (_l("识别中断了。"), _l("这一次不计次数，请再试一次。")),
}

SAID: Mapping[str, LazyString] = {
    "passed": _l("识别通过，正在进入学习"), "look": _l("请看着摄像头"), "checking": _l("正在核对，请稍等"),
    "ready": _l("脸放进圆圈里，点击“拍照识别”"), "allow": _l("请在浏览器的提示里点击“允许”"),
    "network": _l("网络中断了。"), "frozen": _l("摄像头没有画面了。"), "frozen_hint": _l("请检查摄像头，再打开一次。"),
    "network_hint": _l("请检查网络，再点“再试一次”。"), "down": _l("人脸识别服务暂时没有响应。"),
    "down_hint": _l("请过几分钟再试，或者预约现场见证。"), "over": _l("几次都没有通过。"),
    "over_hint": _l("请点下面的按钮，预约工作人员当面核对身份。"),
    "denied": _l("没有允许使用摄像头。请点击地址栏旁的摄像头图标，改为“允许”，再试一次。"),
    "missing": _l("没有找到摄像头。请接好摄像头，或换一台有摄像头的电脑或手机。"),
    "busy": _l("摄像头正在被别的软件使用。请关闭它们再试。"),
    "unsupported": _l("这个浏览器不能使用摄像头。请换用浏览器要求里的一种。"),
}
"""What the page says by itself."""


def said() -> dict[str, str]:
    """What the page says by itself, by key; `two` is the one hint that matters during an action too."""
    return {**{key: str(text) for key, text in SAID.items()}, "two": str(HINTS[Reason.SEVERAL_FACES])}


def urgent() -> list[str]:
    """What must be said at once, or when nothing can be fetched any more: its clips are loaded beforehand."""
    return [str(text) for text in (*ACTIONS.values(), SAID["passed"], SAID["look"], RETURN, SAID["network"],
                                   SAID["network_hint"], *HINTS.values())]


def spoken() -> list[str]:
    """Every sentence that is said aloud, in the language of the request."""
    return list(dict.fromkeys((*urgent(), *(str(text) for pair in _FAILURES.values() for text in pair),
                               *(str(text) for text in SAID.values()))))


@dataclass(frozen=True)
class Failure:
    """Why a try failed, and what to do."""

    sentence: str
    hint: str


def failure(reason: str) -> Failure:
    """The words for a failed try."""
    sentence, hint = _FAILURES.get(reason, _FAILURES["lost"])
    return Failure(str(sentence), str(hint))


_UNFIT: Mapping[str, LazyString] = {
    "several_faces": _l("照片里不止一张脸"), "half_face": _l("脸没有拍完整"), "too_small": _l("脸在照片里太小"),
    "not_frontal": _l("脸没有正对镜头"), "unreadable": _l("照片打不开"), "too_many_pixels": _l("照片的像素太多"),
}


def unfit_text(code: str) -> str:
    """Why a photo on file gives no descriptor, within a sentence."""
    return str(_UNFIT.get(code) or _("找不到清楚的人脸"))


def hint_text(reason: str | None) -> str:
    """The hint for the frame just seen; '' when nothing hinders."""
    return str(HINTS[Reason(reason)]) if reason else ""


def action_text(action: str) -> str:
    """The instruction; the same words are read aloud."""
    return str(ACTIONS[Action(action)])


def return_text() -> str:
    """After an action was seen."""
    return str(RETURN)


PAIR_TEXTS: Mapping[ReviewState, LazyString] = {
    ReviewState.OPEN: _l("等待核对"), ReviewState.SAME: _l("是同一人，等待管理员处理"),
    ReviewState.OTHER: _l("不是同一人"), ReviewState.SETTLED: _l("是同一人，已处理"),
}
SCAN_TEXTS: Mapping[ReviewState, LazyString] = {
    ReviewState.OPEN: _l("等待核对"), ReviewState.MATCHED: _l("自动比对一致"), ReviewState.SAME: _l("是本人"),
    ReviewState.OTHER: _l("不是本人，等待管理员处理"), ReviewState.SETTLED: _l("不是本人，已处理"),
}
SEEN_TEXTS: Mapping[Seen, LazyString] = {
    Seen.SAME: _l("同一人"), Seen.OTHER: _l("不是同一人"), Seen.UNCLEAR: _l("看不清"),
}


def zone_text(zone: str) -> str:
    """For auditors."""
    words: dict[str, str] = {
        "accept": _("比对一致"), "review": _("需人工核对"), "refuse": _("不像本人"), "supervised": _("现场见证"),
    }
    return words.get(zone, zone)


def verdict_text(verdict: str) -> str:
    """What a snapshot showed, for trainee and auditor."""
    words: dict[str, str] = {
        "waiting": _("正在比对"), "same": _("比对一致"), "unsure": _("需人工核对"), "other": _("不像本人"),
        "no_face": _("没有看到人"), "several": _("不止一个人"), "unreadable": _("照片损坏"), "supervised": _("现场见证"),
    }
    return words.get(verdict, verdict)


def purge_rule_text(rule: str) -> str:
    """Why face data were deleted."""
    words: dict[str, str] = {
        "retention": _("保存期满"), "withdrawn": _("本人撤回同意"), "orphan": _("无记录引用的残留文件"),
    }
    return words.get(rule, rule)


def purge_kind_text(kind: str) -> str:
    """What was deleted."""
    words: dict[str, str] = {"snap": _("学习抓拍照片"), "face": _("拍照识别照片"), "template": _("人脸特征")}
    return words.get(kind, kind)

"""A risk sign in words: what was seen, why it may be harmless, what to look at."""
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.examining import Mark
from core.audit.risk import WEIGHTY, Hint, Sign
from core.web.filters import clock

_WORDS: Mapping[Sign, tuple[LazyString, LazyString, LazyString, LazyString]] = {
    Sign.VIRTUAL_CAMERA: (
        _l("虚拟摄像头"), _l("摄像头自称“%(labels)s”，共 %(times)s 次。"),
        _l("有人用手机或会议软件当摄像头，软件也会装虚拟设备；名称由浏览器报出，可以改。"),
        _l("看照片背景是否每次完全相同、动作是否像录像；有疑问请约现场见证。")),
    Sign.NO_MEDIA: (
        _l("没有取过视频"), _l("%(seconds)s 的学时（共 %(of)s）对应的页面没有取过任何视频数据。"),
        _l("服务器重启或日志缺失会漏记；正常播放的浏览器不会这样。"),
        _l("看这些学时有没有本人照片；没有时可只清除这些学时。")),
    Sign.REPEATED_TURNS: (
        _l("转头画面重复"), _l("%(times)s 次识别的转头画面与以前的识别非常相似。"),
        _l("坐在同一位置、衣服和光线都一样时，个别画面会很像。"), _l("看这几次识别照片的姿势、背景和光线是否一模一样。")),
    Sign.SHARED_FACE: (
        _l("同一张脸，多个证件号"), _l("另有 %(people)s 人的档案照片与本人很像。"),
        _l("双胞胎、兄弟姐妹或同一人换过证件号。"), _l("并排看两人的档案照片和证件信息。")),
    Sign.SHARED_DEVICE: (
        _l("多人共用一台设备"), _l("同一个浏览器上有 %(people)s 人学习过。"),
        _l("单位机房、工地办公室的公用电脑，夫妻同用一台电脑。"), _l("看几个人的学习时间是否连在一起、照片是不是同一个人。")),
    Sign.SHARED_PHONE: (
        _l("多人共用一个手机号"), _l("有 %(people)s 人登记了同一个手机号。"),
        _l("单位经办人统一登记时填了自己的号码。"), _l("核对这些人是否由同一单位导入，短信是否本人收到。")),
    Sign.QUICK_ANSWERS: (
        _l("动作完成得太快"), _l("%(times)s 次识别从提示到完成不足 0.3 秒，最短 %(least)s 秒。"),
        _l("提示出现时恰好已在转头。"), _l("看识别照片和摄像头名称，是否像播放录像。")),
    Sign.STEADY_ANSWERS: (
        _l("动作时间几乎一样"), _l("%(times)s 次识别用时都在 %(least)s 到 %(most)s 秒之间。"),
        _l("网络很稳、本人很熟练时也会接近。"), _l("对比几次识别照片的姿势和背景是否相同。")),
    Sign.NO_PICTURES: (
        _l("抓拍很少送达"), _l("应抓拍 %(asked)s 次，送达 %(came)s 次。"),
        _l("摄像头被其他软件占用或网络很差。"), _l("看“没有照片”的学时；属实的按缺少照片处理，不算作弊。")),
    Sign.LITTLE_MEDIA: (
        _l("取的视频偏少"), _l("%(seconds)s 的学时（共 %(of)s）对应的页面取到的视频不足一半。"),
        _l("视频各段大小不一，静止画面多的课件数据少；这是粗略估算。"), _l("和照片、识别时间一起看，不单独作为依据。")),
    Sign.MANY_PAGES: (
        _l("频繁打开学习页面"), _l("%(minutes)s 分钟内打开了 %(times)s 次。"),
        _l("网络不好反复刷新，或换了几台设备。"), _l("看这段时间的学时是否连续，有没有照片。")),
    Sign.MANY_REFUSED: (
        _l("多次快进或跳转被拒绝"), _l("一个页面里有 %(times)s 次播放位置不对，均未计学时。"),
        _l("拖动进度条，或浏览器插件改了播放速度。"), _l("这些没有计入学时；看其余学时是否正常。")),
    Sign.SILENT_CAMERA: (
        _l("摄像头信息不全"), _l("%(of)s 次中有 %(times)s 次没有报出摄像头的名称或能力。"),
        _l("旧浏览器和个别手机不提供。"), _l("一般不需要处理；和其他提示同时出现时留意。")),
}


MARK_TEXTS: Mapping[Mark, LazyString] = {
    Mark.NO_PICTURE: _l("没有照片"), Mark.STRANGER: _l("照片不像本人"), Mark.UNFETCHED: _l("没有取够视频"),
}


@dataclass(frozen=True)
class Told:
    """A sign for the page."""

    sign: Sign
    title: str
    seen: str
    harmless: str
    look: str
    weight: int


def told(hint: Hint) -> Told:
    """A sign in the reader's language."""
    title, seen, harmless, look = _WORDS[hint.sign]
    timed = "seconds" in hint.facts
    facts = {name: clock(float(value)) if timed else value for name, value in hint.facts.items()}
    return Told(hint.sign, str(title), str(seen) % facts, str(harmless), str(look), hint.weight)


def mark(score: int) -> str:
    """The word of the queue for a score; "" for none."""
    return "" if not score else _("有提示") if score < WEIGHTY else _("重点核对")

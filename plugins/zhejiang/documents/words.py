"""What is said of a zip, of its entries, and of a picture that is refused at first sight."""
from flask_babel import gettext as _

from core.api import Ctx
from core.api.pictures import PIXEL_CAP, first_look, kind_of, pixels_of

from plugins.zhejiang.documents.archive import Fault
from plugins.zhejiang.documents.names import Miss, Why
from plugins.zhejiang.documents.states import KIND_WORDS, DocumentKind
from plugins.zhejiang.settings import ZhejiangRules, rules_of

KINDS_TAKEN = ("jpg", "png")


def whole_zip(fault: Fault, rules: ZhejiangRules) -> str:
    """Why a zip is not taken, and what to do."""
    again = _("请重新压缩成 zip 后再上传。")
    return str({
        Fault.NOTHING: _("压缩包是空的。请把学员资料放进去后再上传。"),
        Fault.NOT_ZIP: _("这个文件不是 zip 压缩包，改文件名没有用。") + again,
        Fault.RAR: _("这是 rar 或 7z 压缩包，只能上传 zip。请解压后重新压缩成 zip 再上传。"),
        Fault.TRUNCATED: _("压缩包不完整，可能没有压缩完或没有复制完。") + again,
        Fault.VOLUMES: _("这是分卷压缩包的一卷。请不分卷，重新压缩成一个 zip 后再上传。"),
        Fault.DAMAGED: _("压缩包已损坏，读不出里面的文件。") + again,
        Fault.ENTRIES: _("压缩包里超过 %(most)s 个文件。请分成几个 zip 上传，同一批次可以上传多次。", most=rules.zip_entries),
        Fault.BOMB: _("压缩包解开后大得不正常，没有读取。请只放学员的图片，重新压缩后再上传。"),
    }[fault])


def one_entry(fault: Fault, rules: ZhejiangRules) -> str:
    """Why one file of a zip is not taken."""
    return str({
        Fault.PASSWORD: _("设了密码，打不开。请去掉密码后重新压缩。"),
        Fault.METHOD: _("用了特殊的压缩方式，打不开。请用系统自带的压缩功能重新压缩。"),
        Fault.LARGE: _("文件太大，每张图片最大 %(most)s kB。请缩小后再上传。", most=rules.picture_kb),
        Fault.LYING: _("实际大小与压缩包里写的不一致，没有读取。请重新压缩。"),
        Fault.LINK: _("是一个快捷方式，不是图片。请放入图片本身。"),
        Fault.BROKEN: _("在压缩包里已损坏。请重新压缩后再上传。"),
    }.get(fault) or _("在压缩包里已损坏。请重新压缩后再上传。"))


def missed(miss: Miss) -> str:
    """Why a file belongs to nobody, and what its name should be."""
    return str({
        Miss.PATH: _("文件名里有不正常的路径，没有读取。请改名后重新压缩。"),
        Miss.NESTED: _("压缩包里还有压缩包。请先解开，把图片直接放进 zip。"),
        Miss.NO_NUMBER: _("文件名里没有身份证号。请改成“身份证号$头像”这样的名字。"),
        Miss.STRANGER: _("这个身份证号不在本批次的名单里。请核对号码，或上传到他所在的批次。"),
        Miss.NO_KIND: _("看不出是哪一种资料。请在“$”后面写明，如“身份证号$学历证书”。"),
    }.get(miss, ""))


def offered(why: Why) -> str:
    """What is not quite right with a name, for who decides."""
    return str({Why.SUFFIX: _("后缀不是规定的写法"), Why.NUMBER: _("身份证号与名单里的差一位"),
                Why.PERSON: _("写的是姓名，没有身份证号"), Why.FORM: _("没有写成“身份证号$后缀”")}[why])


def at_first_sight(ctx: Ctx, kind: DocumentKind, data: bytes) -> list[str]:
    """What size, type and dimensions say against a picture; nothing of it is unpacked."""
    if kind is DocumentKind.PHOTO:
        return [f"{problem.sentence}{problem.hint}" for problem in first_look(ctx, data)]
    rules, name = rules_of(ctx), str(KIND_WORDS[kind])
    if not data:
        return [_("%(kind)s是空文件。请重新扫描或拍照后上传。", kind=name)]
    if kind_of(data) not in KINDS_TAKEN or (pixels := pixels_of(data)) is None:
        return [_("%(kind)s不是 JPG 或 PNG 图片，或图片已损坏。请另存为 JPG 后再上传，只改文件名没有用。", kind=name)]
    if len(data) > rules.picture_kb * 1024:
        return [_("%(kind)s有 %(kb)s kB，最大 %(most)s kB。请把图片缩小后再上传。", kind=name, kb=len(data) // 1024,
                  most=rules.picture_kb)]
    if pixels[0] * pixels[1] > PIXEL_CAP:
        return [_("%(kind)s有 %(width)s×%(height)s 像素，太大了。请缩小后再上传。", kind=name, width=pixels[0],
                  height=pixels[1])]
    if min(pixels) < rules.picture_side:
        return [_("%(kind)s只有 %(width)s×%(height)s 像素，看不清字，短边至少 %(least)s 像素。请重新扫描或拍照。", kind=name,
                  width=pixels[0], height=pixels[1], least=rules.picture_side)]
    return []

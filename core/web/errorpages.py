"""Title and next step of an error page; the sentence between them is the refusal's own."""
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Words:
    """What the page is called, and what to do now where the refusal does not say it."""

    title: Any
    next_step: Any


ERRORS: dict[int, Words] = {
    400: Words(_l("这次请求没有看懂"), _l("请返回上一页，刷新后再操作一次。")),
    401: Words(_l("请先登录"), _l("请登录后再打开这个页面。")),
    403: Words(_l("您不能查看这个页面"), _l("如果您有另一个账号，请退出后换账号登录；如果您认为应该能看到，请联系客服。")),
    404: Words(_l("没有找到这个页面"), _l("请检查网址，或者从首页重新进入。")),
    405: Words(_l("这个地址不能这样打开"), _l("请回到首页，从菜单进入后再操作。")),
    409: Words(_l("内容已经变了"), _l("请刷新页面，看清现在的状态再操作。")),
    413: Words(_l("文件太大"), _l("请压缩后再上传，或者换一个小一些的文件。")),
    415: Words(_l("文件类型不对"), _l("请按页面上写明的类型重新上传。")),
    422: Words(_l("这一步没有完成"), _l("请返回上一页，按提示修改后再提交。")),
    429: Words(_l("操作太频繁"), _l("请稍等几分钟再试。这个限制是为了保护您的账号。")),
    500: Words(_l("系统出了问题"), _l("这不是您的操作造成的。已经计入的学时和已经缴的费用不受影响。")),
    503: Words(_l("系统正忙"), _l("请过几分钟再试。已经计入的学时和已经缴的费用不受影响。")),
}


def words(status: int) -> Words:
    """The words for an HTTP status; an unknown one falls back to its class."""
    return ERRORS.get(status) or ERRORS[500 if status >= 500 else 400]

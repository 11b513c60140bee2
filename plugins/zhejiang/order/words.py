"""The guard's findings as sentences: what does not fit, and what would be right."""
from collections.abc import Mapping

from flask_babel import gettext as _

from core.api.payment import yuan

from plugins.zhejiang.order.rules import Finding
from plugins.zhejiang.order.states import Check

FIELDS: Mapping[Check, str] = {
    Check.PAYER: "payer_name", Check.TITLE: "invoice_title", Check.TAX_NUMBER: "tax_number", Check.AMOUNT: "paid",
    Check.PICTURE: "", Check.ALIKE: "", Check.REFERENCE: "reference", Check.EARLY: "paid_on", Check.LATE: "paid_on",
}


def sentence(found: Finding) -> str:
    """For the enterprise and the institution alike."""
    return str(_said(found))


def _said(found: Finding) -> object:
    what, right = found.found, found.right
    if found.check is Check.PAYER:
        return _("付款单位“%(found)s”不是本企业。缴费主体应是“%(right)s”，不允许由其他企业或个人代缴；请由本企业账户付款。",
                 found=what, right=right)
    if found.check is Check.TITLE:
        return _("开票单位“%(found)s”与付款单位“%(right)s”不一致。开票企业应与缴费企业对应，请改为付款单位的全称。",
                 found=what, right=right)
    if found.check is Check.TAX_NUMBER:
        return _("税号 %(found)s 与本企业的统一社会信用代码 %(right)s 不一致，请核对。", found=what, right=right)
    if found.check is Check.AMOUNT:
        return _("付款金额 %(found)s 与订单金额 %(right)s 不一致。订单应与缴费单一一对应：一个订单付一笔，金额相同；"
                 "一笔款含几个订单的，请先合并成一个订单。", found=yuan(int(what)), right=yuan(int(right)))
    if found.check is Check.PICTURE:
        return _("这张凭证已用于订单 %(found)s。一张凭证只能对应一个订单，请上传本订单自己的付款凭证。", found=what)
    if found.check is Check.ALIKE:
        return _("有一张凭证看上去与订单 %(found)s 的凭证是同一张图片。请核对；确是另一笔付款的，请说明。", found=what)
    if found.check is Check.REFERENCE:
        return _("银行流水号已用于订单 %(found)s。一笔付款只能对应一个订单，请填写本次付款的流水号。", found=what)
    if found.check is Check.EARLY:
        return _("付款日期 %(found)s 早于订单生成日期 %(right)s。请先生成订单再付款；日期填错的请改正。", found=what, right=right)
    return _("付款日期 %(found)s 还没有到。请填写实际付款的日期。", found=what)

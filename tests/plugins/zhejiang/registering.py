"""How a test registers an enterprise through its pages, and the files that it uploads."""
import io
from typing import Any

import pypdf
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from werkzeug.test import TestResponse

from core.tenancy import Tenant
from tests.browse import Browser
from tests.people import image_answer, newest_code

CODES = ("91310115MA1K3BTP2B", "91340600MA2PBMA74B", "91371082775260043P", "9144030071526726XG")
PASSWORD = "kv7#Qwlm-tower"
PHONE = "13800139001"


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 1100), color: str = "white") -> bytes:
    """A page as a scanner gives it."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def pdf(pages: int = 1, script: str = "", password: str = "") -> bytes:
    """A PDF with so many blank pages, with a script that runs at its opening, or locked."""
    writer = pypdf.PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"),
                                   NameObject("/JS"): TextStringObject(script)})
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def facts(**other: str) -> dict[str, str]:
    """The form of the registration, rightly filled."""
    return {"kind": "enterprise", "name": "示例建筑有限公司", "credit_code": CODES[0], "address": "示例路 1 号",
            "contact_name": "周经办", "office_phone": "0571-87654321", "phone": PHONE, "username": "shili",
            "new_password": PASSWORD, "repeated": PASSWORD, **other}


def register(browser: Browser, tenant: Tenant, city: str = "杭州市", **other: str) -> TestResponse:
    """注册, with picture code and SMS code as a person would."""
    path, typed = f"/zj/enterprise/register?city={city}", facts(**other)
    shown = browser.get(path).text
    browser.submit(path, {**typed, **image_answer(tenant, shown), "send_code": "1"})
    return browser.submit(path, {**typed, "sms_code": newest_code(tenant, typed["phone"])})


def upload(browser: Browser, **files: bytes) -> TestResponse:
    """Papers by their names; what a file is called says nothing of what it is."""
    data: dict[str, Any] = {name: (io.BytesIO(held), f"{name}.jpg") for name, held in files.items()}
    return browser.submit("/zj/enterprise/papers", data, content_type="multipart/form-data")


def hand_in(browser: Browser) -> TestResponse:
    """Both papers that are required, then 提交审核."""
    browser.get("/zj/enterprise/")
    assert upload(browser, licence=picture(color="red"), letter=picture()).status_code == 303
    return browser.submit("/zj/enterprise/submit")

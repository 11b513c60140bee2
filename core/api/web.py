"""For a plugin's `routes.py`: policies, the request's context, pages, forms."""
from core.access import PUBLIC, SIGNED_IN, Permission, camera_page, permits, policy
from core.base.ids import (
    IdError,
    mask_id_number,
    mask_mobile,
    mask_name,
    parse_credit_code,
    parse_id_number,
    parse_mobile,
)
from core.web import JianxueFlask, current_ctx, once, page
from core.web.forms import Form, FormSchema, Money, shown
from core.web.once import new_once
from core.web.paging import Page, page_in, page_of

__all__ = ["PUBLIC", "SIGNED_IN", "Form", "FormSchema", "IdError", "JianxueFlask", "Money", "Page", "Permission",
           "camera_page", "current_ctx", "mask_id_number", "mask_mobile", "mask_name", "new_once", "once", "page",
           "page_in", "page_of", "parse_credit_code", "parse_id_number", "parse_mobile", "permits", "policy", "shown"]

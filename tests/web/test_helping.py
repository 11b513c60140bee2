"""A sentence that sends people to somebody names somebody whom the tenant has."""
from core.tenancy import Ctx, Tenant, bound
from core.web import JianxueFlask
from core.web.helping import whom_to_ask


def test_who_has_no_telephone_sends_nobody_to_it(app: JianxueFlask, national: Tenant, guangdong: Tenant,
                                                 beijing: Tenant) -> None:
    """GD-27: no hotline in Guangdong; BJ-02, N-56."""
    said = {}
    for tenant in (national, guangdong, beijing):
        with bound(tenant), app.test_request_context():
            said[tenant.slug] = whom_to_ask(Ctx(tenant, write=False))
    assert said == {"national": "拨打服务电话", "guangdong": "联系为您报名的培训机构", "beijing": "拨打服务电话"}

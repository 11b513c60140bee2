"""What everybody sees before and after signing in (N-01 … N-07, N-10, N-19, N-54 … N-56)."""
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.base.clock import FixedClock
from core.identity import person_by_id_number
from core.notification import publish_notice, tell, withdraw_notice
from core.tenancy import Role, Tenant, unit_of_work
from tests.browse import Browser
from tests.people import signed_in, staff, trainee

Make = Callable[[Tenant], Browser]
STEPS = ("个人用户注册", "继续教育报名", "在线缴费", "在线学习", "在线考核测试", "学时审核", "生成培训证明", "证书更新")


def rules(tenant: Tenant) -> Any:
    return tenant.rules(tenant.clock.now())


def test_landing(browser_of: Make, tenant: Tenant) -> None:
    """N-01 names, addresses, strap line, N-02 credits, N-05 three tabs, N-06 notices and
    query, N-07 banner, N-56 hotline."""
    text = browser_of(tenant).get("/").text
    assert ("Training management information system for employees in housing, urban and rural construction "
            "industry") in text
    for words in ("住房和城乡建设行业从业人员培训管理信息系统", "http://rcgz.mohurd.gov.cn", "http://rcpx.cabp.com.cn/",
                  "住房城乡建设行业从业人员教育培训资源库", "http://zyk.etledu.com"):
        assert words in text
    for unit in ("住房和城乡建设部人事司", "中国建筑工业出版社", "中国建设教育协会继续教育委员会"):
        assert unit in text
    assert [text.index(tab) for tab in ("管理账号", "机构账号", "个人用户")] == sorted(
        text.index(tab) for tab in ("管理账号", "机构账号", "个人用户"))
    assert "通知公告" in text and "更多 >" in text and "证书联网查询" in text
    assert "浙江省、湖北省、河北省、上海市、河南省、甘肃省、安徽、西藏、湖南省、宁夏、山西省、福建省" in text
    assert "4009999355" in text
    assert text.count("btn-primary") == 1


def test_flow_chart(browser_of: Make, tenant: Tenant) -> None:
    """N-03: eight numbered steps and 九、其他事项 (N-55, N-56), with the tenant's values in them (N-30, N-40, N-48)."""
    text = browser_of(tenant).get("/flow").text
    places = [text.index(f"{numeral}、{title}") for numeral, title in zip("一二三四五六七八", STEPS, strict=True)]
    assert places == sorted(places)
    assert "九、其他事项" in text
    for notice in rules(tenant).texts.closing_notices:
        assert notice in text
    assert "每年学时为32学时，其中通用课程10学时，专业课程22学时。" in text
    assert "题目共50道，满分100分，60分(含)以上为合格，时间60分钟。" in text
    assert "审核时间大约需要3到5个工作日" in text
    assert "网络平台客服中心" in text and "4009999355" in text


def test_browser_guidance(browser_of: Make, tenant: Tenant) -> None:
    """N-04."""
    text = browser_of(tenant).get("/help/browser").text
    assert "须使用市面主流浏览器，如谷歌或360浏览器并调至极速模式" in text


def test_replacement_is_explained(browser_of: Make, tenant: Tenant) -> None:
    """N-19 换证说明, N-52, N-54, N-57."""
    text = browser_of(tenant).get("/help/replacement").text
    assert "原证书完成继续教育后，可更换电子培训合格证。" in text
    assert rules(tenant).texts.replacement in text
    assert rules(tenant).certificate.update_label in text
    assert "同一个证书编号的电子证书会增加一行" in text


def test_help_names_the_hotline(browser_of: Make, tenant: Tenant) -> None:
    """N-56."""
    assert 'href="tel:4009999355"' in browser_of(tenant).get("/help").text


def test_notices_newest_first_searched_and_paged(browser_of: Make, tenant: Tenant, clock: FixedClock) -> None:
    """N-06: list with date and 更多 >."""
    with unit_of_work(tenant) as ctx:
        for number in range(1, 13):
            publish_notice(ctx, f"公告{number:02d}号", "正文一行。\n第二行 <b>。", at=ctx.now - timedelta(days=20 - number))
    browser = browser_of(tenant)
    front = browser.get("/").text
    assert front.index("公告12号") < front.index("公告11号") and "公告06号" not in front
    assert "2026-11-12" in front
    first = browser.get("/notices").text
    assert "共12条" in first and "公告03号" in first and "公告02号" not in first
    assert "公告02号" in browser.get("/notices?page=2").text
    found = browser.get("/notices?q=公告05").text
    assert "公告05号" in found and "公告06号" not in found
    assert "没有符合的公告" in browser.get("/notices?q=不存在").text
    address = found.split('href="/notices/')[1].split('"')[0]
    one = browser.get(f"/notices/{address}").text
    assert "第二行 &lt;b&gt;。" in one and 'data-read="#notice"' in one


def test_a_withdrawn_or_future_notice_is_not_found(browser_of: Make, tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        later = publish_notice(ctx, "以后的公告", "", at=ctx.now + timedelta(days=1))
        gone = publish_notice(ctx, "撤下的公告", "", at=ctx.now - timedelta(days=1))
        withdraw_notice(ctx, gone.id)
        addresses = [later.id, gone.id]
    browser = browser_of(tenant)
    assert "还没有公告" in browser.get("/notices").text
    for address in addresses:
        answer = browser.get(f"/notices/{address}")
        assert answer.status_code == 404 and "没有找到这条公告" in answer.text


def test_home_shows_eight_steps(browser_of: Make, tenant: Tenant) -> None:
    """C-28, N-03: each of the eight with its state, one primary button at most."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    assert browser.get("/").location == "/home"
    text = browser.get("/home").text
    main = text[text.index("<main"):text.index("</main")]
    titles = [re.sub(r"<[^>]+>", "", title) for title in re.findall(r"<h3>(.*?)</h3>", main)]
    assert titles == list(STEPS)
    assert "王小明，您好" in main
    assert main.count("btn-primary") <= 1


@pytest.mark.parametrize(("path", "title"), [("/pretraining", "考前培训"), ("/plans", "培训管理"), ("/tests", "测试管理")])
def test_a_menu_entry_without_rows_says_what_to_do(browser_of: Make, tenant: Tenant, path: str, title: str) -> None:
    """N-10, N-19: no dead entry."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    text = browser.get(path).text
    assert f"<h1>{title}</h1>" in text and "jx-empty" in text and "btn-primary" in text


def test_the_home_is_the_trainees_only(browser_of: Make, tenant: Tenant) -> None:
    assert "/sign-in" in browser_of(tenant).get("/home").location
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    assert auditor.get("/home").status_code == 403


def test_messages_are_counted_until_read(browser_of: Make, tenant: Tenant) -> None:
    """The bell counts what is unread; others see nothing of it."""
    me, other = trainee(tenant), trainee(tenant, 2, name="李四")
    with unit_of_work(tenant) as ctx:
        person = person_by_id_number(ctx, me.id_number)
        assert person is not None
        tell(ctx, person, "审核通过了。")
    mine, theirs = signed_in(browser_of(tenant), me), signed_in(browser_of(tenant), other)
    assert "审核通过了。" in mine.get("/home").text
    text = mine.get("/messages").text
    assert "审核通过了。" in text and "条未读" in text and "未读</span>" in text
    assert "审核通过了。" not in theirs.get("/messages").text
    assert mine.submit("/messages/read").status_code == 303
    assert "条未读" not in mine.get("/messages").text


def test_the_chart_says_who_makes_accounts_and_who_pays(browser_of: Callable[[Tenant], Browser],
                                                        beijing: Tenant) -> None:
    """X-06, X-10: in Beijing nobody registers and nobody pays online."""
    page = browser_of(beijing).get("/flow").text
    assert "默认为 111111" in page and "培训费用由集团统一缴纳，您不需要缴费。" in page
    assert "【立即购买】" not in page and "注册免费" not in page

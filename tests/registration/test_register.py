"""Registration and one's own file over HTTP, in two tenants (N-08 … N-18, JL-02, JL-03, A.7)."""
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.access import Role
from core.base.clock import FixedClock
from core.base.config import Config
from core.extension import hooks
from core.identity import Person, person_facts, person_of
from core.identity.models import SmsCode
from core.registration import photos
from core.registration.models import PhotoTicket
from core.registry import certificates_of
from core.registry.sheet import Holding
from core.tenancy import NOBODY, Tenant, bound, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.identity.test_sign_in import attempt
from tests.people import Somebody, id_number, image_answer, newest_code, phone, signed_in, staff, trainee
from tests.presence.pictures import WHITE, blurred, jpeg, on_ground, oversized, paired
from tests.registry.test_service import fill_with

Browsers = Callable[[Tenant], Browser]
ME = {"name": "王小明", "id_number": id_number(1), "id_number_again": id_number(1), "phone": phone(1)}


def ask_code(browser: Browser, typed: dict[str, str]) -> str:
    """Press 获取验证码 and read the SMS; "" when none came."""
    page = browser.get("/register").text
    browser.submit("/register", {**typed, **image_answer(browser.tenant, page), "send_code": "1"})
    return newest_code(browser.tenant, typed["phone"])


def register(browser: Browser, typed: dict[str, str] = ME) -> TestResponse:
    return browser.submit("/register", {**typed, "sms_code": ask_code(browser, typed)})


def upload(browser: Browser, content: bytes, name: str = "photo.jpg", **typed: str) -> TestResponse:
    browser.get("/basics")
    return browser.submit("/basics", {"name": "王小明", "sex": "男", "email": "", **typed,
                                      "photo": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def count(tenant: Tenant, model: type) -> int:
    with bound(tenant), tenant.session(write=False) as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_the_form_is_the_manuals(tenant: Tenant, browser_of: Browsers) -> None:
    """N-08: title, fields in order with their words, button 注册, link 返回首页; N-09: 注册免费."""
    text = browser_of(tenant).get("/register").text
    words = ["学员账号注册", "请输入姓名", "请输入身份证号", "请再次输入身份证号", "请务必输入本人常用手机号", "请输入随机码",
             "请输入短信验证码", ">注册</button>", "返回首页"]
    main = text[text.index("<main"):]
    places = [main.rindex(word) for word in words]
    assert places == sorted(places)
    assert tenant.rules(tenant.clock.now()).texts.registration_tip in main


def test_registering_lands_in_the_portal(tenant: Tenant, browser_of: Browsers) -> None:
    """N-08, N-10, JL-03: signed in at once; the account keeps the initial password until it is changed."""
    browser = browser_of(tenant)
    answer = register(browser)
    assert answer.status_code == 303 and answer.location == "/basics"
    text = browser.get("/basics").text
    for words in ("基本信息", "姓名", "性别", "男", "女", "身份证号", "手机号", "邮箱", "请输入邮箱", "头像采集", ">保存</button>"):
        assert words in text, "N-11"
    assert attempt(browser_of(tenant), id_number(1), phone(1)).location == "/password"


@pytest.mark.parametrize("change, word", [
    pytest.param({"id_number": id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")}, "最后一位",
                 id="N-09-checksum"),
    pytest.param({"id_number_again": id_number(2)}, "两次输入的身份证号不一样", id="N-08-double-entry"),
    pytest.param({"id_number": "123", "id_number_again": "123"}, "应为 18 位", id="N-09-length"),
    pytest.param({"phone": "12345"}, "应为 11 位", id="N-08-phone"),
    pytest.param({"name": "<b>"}, "身份证上的姓名", id="N-08-name"),
    pytest.param({"sms_code": "000000"}, "短信验证码不正确或已过期", id="N-08-code"),
])
def test_bad_input_gets_a_sentence_and_nothing_is_done(
        tenant: Tenant, browser_of: Browsers, change: dict[str, str], word: str) -> None:
    """Issue, bad input: status 422, what was typed stays, nothing half done; the code is still good afterwards."""
    browser = browser_of(tenant)
    code = ask_code(browser, ME)
    refused = browser.submit("/register", {**ME, "sms_code": code, **change})
    assert refused.status_code == 422 and word in refused.text
    assert ME["phone"] in refused.text or "phone" in change
    assert count(tenant, Person) == 0
    assert browser.submit("/register", {**ME, "sms_code": code}).status_code == 303


def test_numbers_typed_in_groups_or_full_width(tenant: Tenant, browser_of: Browsers) -> None:
    """Look: accepted however typed."""
    number = id_number(1)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    typed = {**ME, "id_number": f"{number[:6]} {number[6:14]} {number[14:]}".lower(), "id_number_again": wide}
    assert register(browser_of(tenant), typed).status_code == 303


def test_registered_is_told_only_after_the_phone_is_proven(tenant: Tenant, browser_of: Browsers) -> None:
    """N-09, R27: before the proof a known number is answered like an unknown one."""
    trainee(tenant)
    before = []
    for serial in (1, 9):
        typed = {**ME, "id_number": id_number(serial), "id_number_again": id_number(serial), "sms_code": "000000"}
        answer = browser_of(tenant).submit("/register", typed)
        before.append((answer.status_code, "这个身份证号已经注册" in answer.text, "短信验证码不正确或已过期" in answer.text))
    assert before == [(422, False, True)] * 2
    told = register(browser_of(tenant), {**ME, "phone": phone(7)})
    assert told.status_code == 409 and "这个身份证号已经注册，请直接登录" in told.text
    assert count(tenant, Person) == 1


def test_one_phone_one_account_where_the_tenant_says_so(
        national: Tenant, jilin: Tenant, browser_of: Browsers) -> None:
    """JL-02, X-07: 一个手机号只能注册一个个人账户 in Jilin; nationally unstated and allowed."""
    typed = {**ME, "id_number": id_number(3), "id_number_again": id_number(3)}
    for tenant in (national, jilin):
        trainee(tenant)
    assert register(browser_of(national), typed).status_code == 303
    refused = register(browser_of(jilin), typed)
    assert refused.status_code == 409 and "一个手机号只能注册一个个人账户" in refused.text


def test_a_code_is_sent_only_for_a_right_picture(tenant: Tenant, browser_of: Browsers) -> None:
    """U4: captcha before send."""
    browser = browser_of(tenant)
    code = image_answer(tenant, browser.get("/register").text)
    wrong = browser.submit("/register", {**ME, **code, "image_code": "12", "send_code": "1"})
    assert wrong.status_code == 422 and "随机码不正确" in wrong.text
    assert count(tenant, SmsCode) == 0
    missing = browser.submit("/register", {**ME, "phone": "", "send_code": "1"})
    assert missing.status_code == 422 and count(tenant, SmsCode) == 0


def test_the_script_gets_the_refusal_and_a_fresh_picture(tenant: Tenant, browser_of: Browsers) -> None:
    browser = browser_of(tenant)
    page = browser.get("/register").text
    json = {"Accept": "application/json"}
    wrong = browser.submit("/register", {**ME, "image_code": "1", "send_code": "1"}, headers=json)
    assert wrong.status_code == 422 and wrong.json is not None and wrong.json["field"] == "image_code"
    assert browser.get(wrong.json["image"]["url"]).status_code == 200
    sent = browser.submit("/register", {**ME, **image_answer(tenant, page), "send_code": "1"}, headers=json)
    assert sent.json is not None and sent.json["seconds"] == 60 and newest_code(tenant, phone(1))


def test_the_same_code_fifty_times_registers_once(national: Tenant, browser_of: Browsers) -> None:
    """U5, O7: one registration, and one person."""
    browsers = [browser_of(national) for _ in range(10)]
    code = ask_code(browsers[0], ME)
    for browser in browsers:
        browser.get("/register")
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda b: b.submit("/register", {**ME, "sms_code": code}).status_code, browsers * 5))
    assert statuses.count(303) == 1 and count(national, Person) == 1
    assert set(statuses) <= {303, 400, 409, 422}, "400: the token of a browser that has just been signed in"


def test_an_expired_code(tenant: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """N-08: five minutes."""
    browser = browser_of(tenant)
    code = ask_code(browser, ME)
    clock.advance(minutes=5)
    refused = browser.submit("/register", {**ME, "sms_code": code})
    assert refused.status_code == 422 and "已过期" in refused.text


GOOD = jpeg(on_ground(WHITE))


@pytest.fixture(scope="module")
def bad_photos() -> dict[str, bytes]:
    """Pictures that cannot be taken."""
    person = on_ground(WHITE)
    noise = np.random.default_rng(3).integers(0, 255, (1200, 900, 3)).astype(np.uint8)
    return {"large": oversized(person), "3MB": jpeg(noise, 99) + b"\0" * 2_000_000, "two": jpeg(paired(person, person)),
            "blur": jpeg(blurred(person)), "text": "不是照片".encode() * 20, "nothing": b"",
            "cut": GOOD[:3000], "ground": jpeg(on_ground((67, 110, 200)))}


@pytest.mark.parametrize("name, word", [
    pytest.param("large", "80", id="N-12-size"),
    pytest.param("3MB", "超过 80", id="N-12-3MB"),
    pytest.param("two", "2 张人脸", id="N-16-two-faces"),
    pytest.param("blur", "模糊", id="N-16-blur"),
    pytest.param("text", "不是 JPG", id="issue-text-named-jpg"),
    pytest.param("nothing", "空的", id="empty"),
    pytest.param("cut", "打不开", id="truncated"),
    pytest.param("ground", "白色底", id="N-12-ground"),
])
def test_a_bad_photo_is_refused_with_its_reason(
        with_faces: Config, national: Tenant, browser_of: Browsers, bad_photos: dict[str, bytes], name: str,
        word: str) -> None:
    """N-12, N-16: a sentence, 422, what was typed stays, nothing is kept."""
    browser = signed_in(browser_of(national), trainee(national))
    refused = upload(browser, bad_photos[name], email="wang@example.com")
    assert refused.status_code == 422 and word in refused.text and "wang@example.com" in refused.text
    with unit_of_work(national, NOBODY) as ctx:
        person = ctx.db.scalars(select(Person)).one()
        assert person.profile_saved_at is None and photos.draft_of(ctx, person) is None


def test_a_photo_is_confirmed_once_and_stays(with_faces: Config, tenant: Tenant, browser_of: Browsers) -> None:
    """N-12: “请确保本人照片无误，一经上传不可修改”; then immutable; N-15: 查看示例."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    assert "查看示例" in browser.get("/basics").text
    assert "不合格" in browser.get("/register/photo-example").text
    saved = upload(browser, GOOD)
    assert saved.status_code == 303 and saved.location == "/basics/photo/confirm"
    assert "请确保本人照片无误，一经上传不可修改" in browser.get("/basics/photo/confirm").text
    assert browser.get("/basics/draft.jpg").data.startswith(b"\xff\xd8")
    assert browser.get("/basics/photo.jpg").status_code == 404
    assert browser.submit("/basics/photo/confirm").status_code == 303
    kept = browser.get("/basics/photo.jpg").data
    assert kept.startswith(b"\xff\xd8")
    again = upload(browser, jpeg(on_ground(WHITE)[:, ::-1]))
    assert again.status_code == 303 and browser.get("/basics/photo.jpg").data == kept
    assert browser.submit("/basics/photo/confirm").status_code == 404


def test_another_picture_before_confirming(with_faces: Config, national: Tenant, browser_of: Browsers) -> None:
    browser = signed_in(browser_of(national), trainee(national))
    upload(browser, GOOD)
    browser.get("/basics/photo/confirm")
    assert browser.submit("/basics/photo/again").location == "/basics"
    assert browser.get("/basics/draft.jpg").status_code == 404
    assert browser.get("/basics/photo/confirm").status_code == 302


def test_without_the_face_service_what_was_typed_stays(national: Tenant, browser_of: Browsers) -> None:
    """O24: said in a sentence, and the form is not lost."""
    browser = signed_in(browser_of(national), trainee(national))
    answer = upload(browser, GOOD, email="wang@example.com")
    assert answer.status_code == 422 and "人脸识别服务暂时没有响应" in answer.text
    assert "wang@example.com" in answer.text


def with_file(tenant: Tenant, serial: int = 1) -> Somebody:
    """A trainee whose file is complete."""
    somebody = trainee(tenant, serial)
    assert somebody.person_id is not None
    with unit_of_work(tenant, NOBODY) as ctx:
        person = person_of(ctx, somebody.person_id)
        person.photo_key, person.photo_at = ctx.blobs.put(GOOD, "photo"), ctx.now
        person.profile_saved_at = ctx.now
    return somebody


def test_the_library_opens_with_the_managers_photo(tenant: Tenant, browser_of: Browsers) -> None:
    """N-14, N-15, N-17, N-18, A.7: 【立即注册】, the sentence to the letter, the advice, and the certificates follow."""
    with unit_of_work(tenant, NOBODY) as ctx:
        fill_with(ctx, Holding("王小明", id_number(1), "资料员", "12161140001", "某省建设厅", "吉林省", date(2016, 4, 19)))
    somebody = with_file(tenant)
    browser = signed_in(browser_of(tenant), somebody)
    page = browser.get("/library").text
    for words in ("姓名", "身份证号", "电话号", "头像须与管理系统一致", "查看示例", "立即注册", "返回首页"):
        assert words in page
    assert browser.submit("/library").location == "/library/opened"
    opened = browser.get("/library/opened").text
    assert "注册成功，用户名为身份证号，初始密码为手机号" in opened
    assert "建议更换高强度密码" in opened and "获取本人所有证书信息" in opened
    assert "正在从部管理系统中下载" in browser.get("/certificates/pull").text
    state = browser.get("/certificates/pull/state").json
    assert state == {"waiting": True, "slow": False}
    run_waiting(tenant)
    text = browser.get("/certificates/pull").text
    for words in ("岗位", "省份", "证书编号", "发证时间", "资料员", "吉林省", "12161140001", "2016-04-19"):
        assert words in text, "N-20"
    assert "12161140001" in browser.get("/employment").text
    assert browser.submit("/library").status_code == 303
    assert somebody.person_id is not None
    with unit_of_work(tenant, NOBODY) as ctx:
        assert len(certificates_of(ctx, person_of(ctx, somebody.person_id))) == 1


def test_the_library_waits_for_a_complete_file(tenant: Tenant, browser_of: Browsers) -> None:
    """N-15: what is missing is said, and where to go."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    assert "请先完善基本信息并保存" in browser.get("/library").text
    refused = browser.submit("/library")
    assert refused.status_code == 422 and "请先完善基本信息并保存" in refused.text
    assert "还没有证书信息" in browser.get("/employment").text


def test_the_name_stays_once_certificates_are_in_it(tenant: Tenant, browser_of: Browsers) -> None:
    """N-11: the name is the person's until the ministry's certificates stand in that name."""
    with unit_of_work(tenant, NOBODY) as ctx:
        fill_with(ctx, Holding("王小明", id_number(1), "资料员", "12161140001", "某省建设厅", "吉林省", date(2016, 4, 19)))
    browser = signed_in(browser_of(tenant), with_file(tenant))
    browser.get("/library")
    browser.submit("/library")
    run_waiting(tenant)
    browser.get("/basics")
    refused = browser.submit("/basics", {"name": "王大明", "sex": "男", "email": ""})
    assert refused.status_code == 422 and "姓名不能再改" in refused.text


def test_the_phone_is_corrected_by_a_code_to_the_new_number(tenant: Tenant, browser_of: Browsers) -> None:
    """X-08: the trainee, by SMS to the new number."""
    somebody = trainee(tenant)
    browser = signed_in(browser_of(tenant), somebody)
    page = browser.get("/record/phone").text
    typed = {"phone": phone(5)}
    browser.submit("/record/phone", {**typed, **image_answer(tenant, page), "send_code": "1"})
    assert browser.submit("/record/phone", {**typed, "sms_code": "000000"}).status_code == 422
    done = browser.submit("/record/phone", {**typed, "sms_code": newest_code(tenant, phone(5))})
    assert done.status_code == 303
    record = browser.get("/record").text
    assert f"{phone(5)[:3]}" in record and phone(5)[-4:] in record


def test_a_wrongly_accepted_photo_goes_to_a_clerk(tenant: Tenant, browser_of: Browsers) -> None:
    """A.7: a ticket; the old photo stays on file, and the person is told."""
    somebody = with_file(tenant)
    browser = signed_in(browser_of(tenant), somebody)
    old = browser.get("/basics/photo.jpg").data
    other = jpeg(on_ground(WHITE)[:, ::-1])
    browser.get("/basics/photo/ticket")
    sent = browser.submit("/basics/photo/ticket", {"reason": "上传成了别人的照片", "photo": (io.BytesIO(other), "a.jpg")},
                          content_type="multipart/form-data")
    assert sent.status_code == 303 and "等待处理" in browser.get("/record").text
    again = browser.submit("/basics/photo/ticket", {"reason": "再交一次", "photo": (io.BytesIO(other), "a.jpg")},
                           content_type="multipart/form-data")
    assert again.status_code == 409 and "请不要重复提交" in again.text
    clerk = staff(tenant, Role.ADMINISTRATOR)
    with unit_of_work(tenant, clerk.actor) as ctx:
        ticket = ctx.db.scalars(select(PhotoTicket)).one()
        photos.settle_ticket(ctx, ticket.id, accept=True, answer="已核对身份证")
    assert browser.get("/basics/photo.jpg").data != old
    with unit_of_work(tenant, clerk.actor) as ctx:
        ticket = ctx.db.scalars(select(PhotoTicket)).one()
        assert photos.picture_of(ctx, ticket.old_key) == old


def test_somebody_elses_pictures_are_404(tenant: Tenant, browser_of: Browsers) -> None:
    """T1: one's own file only."""
    owner, stranger = with_file(tenant, 1), trainee(tenant, 2)
    browser = signed_in(browser_of(tenant), owner)
    browser.get("/basics/photo/ticket")
    browser.submit("/basics/photo/ticket", {"reason": "照片有误", "photo": (io.BytesIO(GOOD), "a.jpg")},
                   content_type="multipart/form-data")
    with unit_of_work(tenant, NOBODY) as ctx:
        ticket = ctx.db.scalars(select(PhotoTicket)).one()
    assert browser.get(f"/basics/photo/tickets/{ticket.id}.jpg").status_code == 200
    other = signed_in(browser_of(tenant), stranger)
    assert other.get(f"/basics/photo/tickets/{ticket.id}.jpg").status_code == 404
    assert other.get("/basics/photo.jpg").status_code == 404


def test_step_one_of_the_board(tenant: Tenant, browser_of: Browsers) -> None:
    """N-03: 个人用户注册 is done once the file is complete and the library is open; until then it says what is next."""
    somebody = trainee(tenant)
    assert somebody.person_id is not None
    app = browser_of(tenant).application
    expected = [("进行中", "完善基本信息"), ("进行中", "上传照片"), ("进行中", "立即注册"), ("已完成", "查看基本信息")]
    for now, (state, label) in enumerate(expected):
        with unit_of_work(tenant, NOBODY) as ctx, app.test_request_context(base_url="http://x"):
            person = person_of(ctx, somebody.person_id)
            person.profile_saved_at = ctx.now if now > 0 else None
            person.photo_key = "photo/aa/aa" if now > 1 else None
            person.portal_opened_at = ctx.now if now > 2 else None
            step = next(s for s in hooks(ctx).collect_steps(person_facts(ctx, person)) if s.order == 1)
            assert (step.state.value, step.action.label if step.action else "") == (state, label)
            sections = hooks(ctx).collect_case_sections(person_facts(ctx, person))
            assert "138****0001" in str(sections) and id_number(1) not in str(sections)

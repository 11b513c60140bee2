"""The camera while studying: no player without a proof, pictures when the server asks (N-33, N-34, A.7)."""
from collections.abc import Callable

from core.tenancy import Tenant
from tests.course.conftest import Learner, ask_for_presence, attest

Make = Callable[..., Learner]
PICTURE = b"\xff\xd8\xff\xe0" + b"\0" * 100


def watched(tenant: Tenant, learner_of: Make) -> Learner:
    learner = learner_of(tenant, general=10)
    ask_for_presence(tenant, True)
    return learner


def test_no_player_before_the_face_is_proven(tenant: Tenant, learner_of: Make) -> None:
    """N-34: 开始学习 leads to the face check, and the lease says where it is."""
    learner = watched(tenant, learner_of)
    page = learner.browser.get(f"/study/{learner.enrollment}")
    assert page.status_code == 302 and "/presence/check/" in page.headers["Location"]
    refused = learner.open()
    assert (refused.status_code, refused.json["code"]) == (422, "presence_wanted")
    assert "/presence/check/" in refused.json["again"]
    attest(tenant, learner.who, learner.enrollment)
    page = learner.browser.get(f"/study/{learner.enrollment}")
    assert page.status_code == 200 and "data-camera" in page.text
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert learner.open().status_code == 200


def test_pictures_are_asked_for_and_counted(tenant: Tenant, learner_of: Make) -> None:
    """N-33, A.7: 2 to 4 pictures a class hour; who sends them learns on, and the record shows the count."""
    learner = watched(tenant, learner_of)
    attest(tenant, learner.who, learner.enrollment)
    learner.open()
    asked = 0
    learner.beat()
    for _ in range(6):
        learner.clock.advance(seconds=2)
        learner.position += 2000
        answer = learner.beat()
        assert answer.json["reason"] in ("watching", "full"), answer.json
        for address in answer.json["snapshots"]:
            asked += 1
            sent = learner.browser.post(address, data=PICTURE, headers={"X-CSRFToken": learner.browser.token})
            assert sent.status_code == 200
    rules = tenant.rules(learner.clock.now()).presence
    assert 2 * rules.snapshots_min_per_hour <= asked <= 2 * rules.snapshots_max_per_hour
    page = learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert "学习中的抓拍照片" in page and "每个学时的照片都已收到" in page and "没有抓拍照片" not in page


def test_three_missed_pictures_pause_the_player(tenant: Tenant, learner_of: Make) -> None:
    """A.7: three misses in a row stop the credit and say why; a new face check goes on where it stopped."""
    learner = watched(tenant, learner_of)
    attest(tenant, learner.who, learner.enrollment)
    learner.open()
    learner.beat()
    missed, answer = 0, None
    for _ in range(40):
        learner.clock.advance(seconds=1)
        learner.position += 1000
        answer = learner.beat()
        if answer.json["stop"]:
            break
        missed += len(answer.json["snapshots"])
        if answer.json["full"]:
            learner.open()
            learner.beat()
    assert answer is not None and answer.json["stop"] and missed == 3
    assert "连续 3 次没有收到抓拍照片" in answer.json["sentence"] and answer.json["again"]
    credited = answer.json["credited"]
    learner.clock.advance(seconds=2)
    learner.position += 2000
    assert learner.beat().json["credited"] == credited
    assert learner.open().json["credited"] == credited
    assert learner.beat().json["stop"]
    assert learner.browser.get(answer.json["again"]).status_code == 200
    learner.clock.advance(seconds=1)
    attest(tenant, learner.who, learner.enrollment, minutes=50)
    learner.clock.advance(seconds=1)
    assert learner.browser.get(answer.json["again"]).status_code == 302
    learner.open()
    learner.beat()
    learner.clock.advance(seconds=1)
    learner.position += 1000
    assert not learner.beat().json["stop"]


def test_a_proof_that_ran_out_stops_the_credit(tenant: Tenant, learner_of: Make) -> None:
    """N-34: when the proof has ended, nothing more is credited until the face is seen again."""
    learner = watched(tenant, learner_of)
    attest(tenant, learner.who, learner.enrollment, minutes=1)
    learner.open()
    learner.beat()
    learner.clock.advance(seconds=61)
    answer = learner.beat()
    assert answer.json["reason"] == "absent" and "人脸识别已到期" in answer.json["sentence"]


def test_a_person_without_a_photo_is_told(tenant: Tenant, learner_of: Make) -> None:
    """X-09, N-34: no photo, nothing to compare with; the sentence says where to add it."""
    learner = learner_of(tenant, photo=False)
    ask_for_presence(tenant, True)
    page = learner.browser.get(f"/study/{learner.enrollment}", follow_redirects=True).text
    assert "还没有上传照片" in page and "基本信息" in page

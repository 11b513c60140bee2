"""培训管理 and 测试管理 show a person's own rows once there are any (N-10)."""
from tests.exam.conftest import Examinee


def test_trainings_and_tests_are_listed(examinee: Examinee) -> None:
    """N-10, N-40: the training with its cycle, each test with its score and whether it passed."""
    plans = examinee.browser.get("/plans").text
    assert "继教-施工现场管理人员继续教育培训（资料员）" in plans and "jx-empty" not in plans
    running = examinee.start()
    assert "进行中" in examinee.browser.get("/tests").text
    examinee.answer_right(running, 29)
    examinee.submit(running)
    again = examinee.start()
    examinee.answer_right(again, 30)
    examinee.submit(again)
    text = examinee.browser.get("/tests").text
    assert "58 分" in text and "未合格" in text
    assert "60 分" in text and f"{again}/result" in text

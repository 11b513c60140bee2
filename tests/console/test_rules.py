"""C-28: one next step on the home page."""
import pytest

from core.console.rules import arrange
from core.contract.values import Action, Step, StepState

TITLES = ("个人用户注册", "继续教育报名", "在线缴费", "在线学习", "在线考核测试", "学时审核", "生成培训证明", "证书更新")
GO = Action("go", "去办", "/go")


def step(order: int, state: StepState, action: Action | None = GO) -> Step:
    return Step(order, TITLES[order - 1], state, action=action)


DONE, WAY, AUDIT, CARE, NEW = (StepState.DONE, StepState.UNDER_WAY, StepState.IN_AUDIT, StepState.NEEDS_CARE,
                               StepState.WAITING_START)


@pytest.mark.parametrize(("found", "now"), [
    ([], None),
    ([step(1, DONE), step(2, NEW)], 2),
    ([step(1, DONE), step(2, DONE), step(3, NEW), step(4, WAY)], 4),
    ([step(4, WAY), step(1, CARE)], 1),
    ([step(4, CARE), step(6, AUDIT), step(5, WAY)], 4),
    ([step(6, AUDIT, None), step(7, NEW, None)], 6),
    ([step(6, AUDIT, None), step(8, NEW)], 8),
    ([step(4, NEW, Action("x", "开始学习", None, "先缴费"))], None),
    ([step(n, DONE) for n in range(1, 9)], None),
])
def test_what_to_do_now(found: list[Step], now: int | None) -> None:
    """N-03: eight steps in order, whatever the flows said."""
    board = arrange(found, TITLES)
    assert [each.order for each in board.steps] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [each.title for each in board.steps] == list(TITLES)
    assert (board.now.order if board.now else None) == now

"""订单清单 for the books: the order with its lines and people as a sheet or a PDF; no formula, whatever was typed."""
from core.api import Ctx
from core.api.documents import draw_pdf
from core.api.payment import yuan
from core.api.sheets import Column, text, write_sheet

from plugins.zhejiang.batch.states import MODE_WORDS
from plugins.zhejiang.order import queries
from plugins.zhejiang.order.showing import Shown
from plugins.zhejiang.order.states import STATE_WORDS, State

COLUMNS = (
    Column("number", "订单号", text(), width=24), Column("batch", "批次", text()), Column("name", "姓名", text()),
    Column("id_number", "身份证号", text(), width=22), Column("post", "岗位", text()), Column("mode", "培训方式", text()),
    Column("fee", "收费标准（元）", text()), Column("state", "状态", text()),
)
MOST_ON_PAPER = 120


def sheet(ctx: Ctx, one: Shown) -> bytes:
    """One row a person, and the sum below."""
    cards = queries.cards(ctx, one.people)
    rows = [(one.core.number, person.batch, cards[person.candidate.id].name, cards[person.candidate.id].id_shown,
             person.post,
             str(MODE_WORDS[person.mode]), f"{person.member.fee_fen / 100:.2f}",
             "" if person.member.left_at is None else "已退出") for person in one.people]
    total = ("合计", "", f"{len(one.living)}人", "", "", "", f"{one.money.due_fen / 100:.2f}",
             str(STATE_WORDS[State(one.order.state)]))
    return write_sheet(COLUMNS, [*rows, total], name="订单清单")


def pdf(ctx: Ctx, one: Shown) -> bytes:
    """The order on paper: parties, lines, sum, what was paid."""
    listed = one.living[:MOST_ON_PAPER]
    return draw_pdf(ctx, "zhejiang/order/paper.html", title=f"报名订单 {one.core.number}", one=one, yuan=yuan,
                    people=listed, more=len(one.living) - len(listed), cards=queries.cards(ctx, listed),
                    state=str(STATE_WORDS[State(one.order.state)]),
                    modes={mode.value: str(words) for mode, words in MODE_WORDS.items()})

"""How a paper is drawn, timed and scored (N-40, N-41, N-42). Pure: no session, no clock, no request."""
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from core.base.db import Id
from core.base.errors import Refused
from core.exam.states import QuestionKind
from flask_babel import gettext as _

LETTERS = "ABCDE"
RIGHT, WRONG = "A", "B"          # the two options of a judgement: 正确, 错误
_SEPARATORS = re.compile(r"[\s,，、;；/．.]+")
_REFERS_TO_OTHERS = re.compile(r"以上|上述|前述|[A-E]\s*(?:[、和与及]|项)")


@dataclass(frozen=True)
class Blueprint:
    """What a paper is made of: `judgement` and `multiple` are the most it takes of these kinds (N-42).

    Times in minutes and seconds; `retakes` 0 means without limit (N-41).
    """

    questions: int
    full_score: int
    pass_score: int
    minutes: int
    submit_after_minutes: int
    grace_seconds: int
    retakes: int
    judgement: int
    multiple: int


@dataclass(frozen=True)
class BankItem:
    """A question of the bank as drawing sees it; `key` in the bank's letters."""

    id: Id
    kind: QuestionKind
    options: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class PaperItem:
    """A question as this sitting shows it: options and key already in the order shown."""

    question_id: Id
    kind: QuestionKind
    options: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Outcome:
    """Right answers, points and whether that passes (N-40)."""

    right: int
    score: int
    passed: bool


def sections(available: dict[QuestionKind, int], blueprint: Blueprint) -> dict[QuestionKind, int]:
    """How many questions of each kind a paper takes; what judgement and multiple choice lack, single choice fills.

    Raises Refused when the bank holds too few.
    """
    judgement = min(available.get(QuestionKind.JUDGEMENT, 0), blueprint.judgement)
    multiple = min(available.get(QuestionKind.MULTIPLE, 0), blueprint.multiple)
    single = blueprint.questions - judgement - multiple
    missing = single - available.get(QuestionKind.SINGLE, 0)
    if missing > 0:
        raise Refused("exam.bank_too_small",
                      _("本岗位的题库还缺 %(missing)s 道单选题，暂时不能开考。", missing=missing),
                      hint=_("请联系培训网客服，题库补齐后即可考核，已学学时不受影响。"), status=409)
    return {QuestionKind.SINGLE: single, QuestionKind.JUDGEMENT: judgement, QuestionKind.MULTIPLE: multiple}


def draw(bank: Sequence[BankItem], blueprint: Blueprint, seed: str) -> tuple[PaperItem, ...]:
    """The paper that `seed` gives: random questions of each section, in random order, with options shuffled.

    The same bank, blueprint and seed give the same paper. Raises Refused when the bank holds too few.
    """
    rng = random.Random(seed)
    by_kind: dict[QuestionKind, list[BankItem]] = {kind: [] for kind in QuestionKind}
    for item in sorted(bank, key=lambda item: item.id):
        by_kind[item.kind].append(item)
    counts = sections({kind: len(items) for kind, items in by_kind.items()}, blueprint)
    return tuple(_shown(item, rng) for kind in QuestionKind for item in rng.sample(by_kind[kind], counts[kind]))


def _shown(item: BankItem, rng: random.Random) -> PaperItem:
    order = list(range(len(item.options)))
    if shuffles(item.kind, item.options):
        rng.shuffle(order)
    key = "".join(LETTERS[at] for at, source in enumerate(order) if LETTERS[source] in item.key)
    return PaperItem(item.id, item.kind, tuple(item.options[source] for source in order), key)


def shuffles(kind: QuestionKind, options: Sequence[str]) -> bool:
    """Whether options may change places: not 正确/错误, and not where one speaks of the others (“以上都是”)."""
    return kind is not QuestionKind.JUDGEMENT and not any(_REFERS_TO_OTHERS.search(option) for option in options)


def parse_choice(kind: QuestionKind, options: int, text: str) -> str:
    """The letters of an answer, sorted; "" takes it back. Raises Refused for what the question does not offer."""
    letters = letters_of(text)
    if len(set(letters)) != len(letters) or set(letters) - set(LETTERS[:options]):
        raise Refused("exam.unknown_option", _("没有这个选项，请在本题列出的选项中选择。"), field="choice")
    if kind is not QuestionKind.MULTIPLE and len(letters) > 1:
        raise Refused("exam.one_option", _("这道题只能选一个选项。"), field="choice")
    return "".join(sorted(letters))


def letters_of(text: str) -> str:
    """ＡＣ, a c, A、C as AC; other signs stay, to be refused by whoever reads on."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_right(given: str, key: str) -> bool:
    """All letters of the key and no other: a multiple choice that is half right earns nothing."""
    return bool(given) and set(given) == set(key)


def outcome(right: int, questions: int, full_score: int, pass_score: int) -> Outcome:
    """N-40: each question weighs the same, 2 points of 100 with 50 questions; 60 and more passes."""
    return Outcome(right, right * full_score // questions, right * full_score >= pass_score * questions)


def deadline(started_at: datetime, blueprint: Blueprint) -> datetime:
    """When the time is over, by the server's clock (N-42)."""
    return started_at + timedelta(minutes=blueprint.minutes)


def submit_from(started_at: datetime, blueprint: Blueprint) -> datetime | None:
    """When a paper may be handed in first (X-16); None: at any time."""
    wait = blueprint.submit_after_minutes
    return started_at + timedelta(minutes=wait) if wait else None


def seconds_left(ends_at: datetime, now: datetime) -> int:
    """Whole seconds to show as 倒计时, 0 when over."""
    return max(0, ceil((ends_at - now).total_seconds()))


def accepts(ends_at: datetime, now: datetime, grace_seconds: int) -> bool:
    """Whether an answer still counts: until the deadline plus what the network may take."""
    return now <= ends_at + timedelta(seconds=grace_seconds)


def may_sit_again(sat: int, passed: bool, blueprint: Blueprint) -> bool:
    """N-41: as often as wanted until passed, unless the tenant limits the retakes."""
    return not passed and (blueprint.retakes == 0 or sat <= blueprint.retakes)


def normal_stem(stem: str) -> str:
    """A stem as it is compared: width, blanks, brackets and punctuation do not count."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", stem)).casefold()

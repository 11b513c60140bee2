"""A paper cut into its sections: 一、单选题 二、判断题 三、多选题 (N-42)."""
from collections.abc import Sequence
from dataclasses import dataclass

from core.exam.bank_sheet import KIND_NAMES
from core.exam.queries import Shown

_NUMBERS = "一二三四五"


@dataclass(frozen=True)
class Section:
    """`title` is like 一、单选题."""

    title: str
    questions: tuple[Shown, ...]


def sections_of(shown: Sequence[Shown]) -> list[Section]:
    """The sections that the paper has, numbered in order."""
    kinds = list(dict.fromkeys(one.kind for one in shown))
    return [Section(f"{_NUMBERS[number]}、{KIND_NAMES[kind]}", tuple(one for one in shown if one.kind == kind))
            for number, kind in enumerate(kinds)]

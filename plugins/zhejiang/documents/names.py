"""Whose picture a name in a zip means, and which (ZJ-11, C-17, P-24): 身份证号+$头像.

Exactly right names are taken. What is nearly right (a suffix of the clerk's own making, one digit off, the name of the
person in the place of the number) is offered, and taken only when the clerk says so.
"""
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from plugins.zhejiang.documents.states import DocumentKind


class Why(StrEnum):
    """What is not quite right with a name that is offered."""

    SUFFIX = "suffix"      # the kind is guessed
    NUMBER = "number"      # one digit off somebody of the batch
    PERSON = "person"      # the person's name, without the number
    FORM = "form"          # both are right, but not written as 身份证号$后缀


class Miss(StrEnum):
    """Why a name says nothing."""

    IGNORED = "ignored"    # what Mac and Windows put into every zip: nobody is told
    PATH = "path"
    NESTED = "nested"
    NO_NUMBER = "no_number"
    STRANGER = "stranger"
    NO_KIND = "no_kind"


@dataclass(frozen=True)
class Meant:
    """Whose (an ID number of the batch) and which; `why` is None for a name that is exactly right."""

    number: str
    kind: DocumentKind
    why: Why | None = None


_NUMBER = re.compile(r"(?<![0-9])[0-9]{15,18}[0-9Xx]?(?![0-9])")
_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,5})+$")
_BLANK = re.compile(r"[\s​-‏⁠﻿]+")
_EDGE = "$-_—–+.·,，、:：=#&@~()（）[]【】"
_COPY = re.compile(r"\(\d+\)|-?副本|copy")
_DRIVE = re.compile(r"^[A-Za-z]:")
_PACKED = (".zip", ".rar", ".7z")
_LITTER = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
_LIKE_ENOUGH = 0.6

SAID: Mapping[DocumentKind, Sequence[str]] = {
    DocumentKind.PHOTO: ("头像", "照片", "相片", "一寸照", "1寸照", "证件照", "免冠照", "登记照", "大头照", "白底照", "近照"),
    DocumentKind.ID_FRONT: ("身份证正面", "身份证正", "身份证人像面", "身份证头像面", "人像面", "头像面", "正面", "身份证1"),
    DocumentKind.ID_BACK: ("身份证反面", "身份证反", "身份证背面", "身份证国徽面", "国徽面", "反面", "背面", "身份证2"),
    DocumentKind.EDUCATION: ("学历证书", "学历证", "学历", "毕业证书", "毕业证", "学位证", "文凭"),
    DocumentKind.FORM: ("报名表", "申请表", "登记表"),
    DocumentKind.EXPERIENCE: ("工作年限证明", "年限证明", "工作证明", "从业证明", "工龄证明", "工作年限", "年限"),
}
"""What clerks write in the place of the suffix; the longest one that is found in a name counts."""


def readings(name: bytes, better: bytes, utf8: bool) -> list[str]:
    """What a name in a zip may say, the likeliest first: as flagged, else UTF-8, GB18030, cp437; then names that a
    program has read in the wrong encoding and written down again."""
    first: list[str] = []
    tried = ((better, "utf-8"), (name, "utf-8"), (b"" if utf8 else name, "gb18030"), (name, "cp437"))
    for data, encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text and text not in first:
            first.append(text)
    mended = [text for one in first[:1] if not one.isascii() for text in _mended(one)]
    return first + [text for text in mended if text not in first]


def _mended(text: str) -> list[str]:
    found: list[str] = []
    for wrong, right in (("cp437", "gb18030"), ("latin-1", "gb18030"), ("gb18030", "utf-8"), ("cp437", "utf-8"),
                         ("latin-1", "utf-8")):
        try:
            found.append(text.encode(wrong).decode(right))
        except UnicodeError:
            continue
    return found


class Matcher:
    """Names against the people of a batch (ID number → name) and the suffixes in force."""

    def __init__(self, people: Mapping[str, str], suffixes: Mapping[DocumentKind, str]) -> None:
        self._people = people
        self._kinds = {_narrow(word): kind for kind, word in suffixes.items()}
        self._said = {_narrow(word): kind for kind, words in SAID.items() for word in words} | self._kinds
        names = Counter(people.values())
        self._by_name = {name: number for number, name in people.items() if names[name] == 1 and len(name) > 1}
        self._near: dict[str, set[str]] | None = None
        self._guessed: dict[str, DocumentKind | None] = {}

    def meant(self, said: Sequence[str]) -> Meant | Miss:
        """The best of the readings: one that is exactly right, else one that can be offered, else why not."""
        found: list[Meant | Miss] = []
        for text in said:
            one = self._one(text)
            if isinstance(one, Meant) and one.why is None or one is Miss.IGNORED:
                return one
            found.append(one)
        return next((one for one in found if isinstance(one, Meant)), found[0] if found else Miss.IGNORED)

    def _one(self, said: str) -> Meant | Miss:
        if (plain := _plain_path(said)) is None:
            return Miss.PATH
        *folders, file = plain
        if not file or any(part.lower() in _LITTER or part.startswith("._") for part in plain):
            return Miss.IGNORED
        if file.lower().endswith(_PACKED):
            return Miss.NESTED
        stem = _ENDING.sub("", file)
        number, rest, whole = self._number(stem, folders)
        if number is None:
            return self._by_person(stem, folders)
        person, close = (number, False) if number in self._people else (self._neighbour(number), True)
        if person is None:
            return Miss.STRANGER
        kind, sure = self._kind(rest.removeprefix("$"), folders, self._people[person])
        if kind is None:
            return Miss.NO_KIND
        if close:
            return Meant(person, kind, Why.NUMBER)
        if not sure:
            return Meant(person, kind, Why.SUFFIX)
        return Meant(person, kind, None if whole else Why.FORM)

    def _number(self, stem: str, folders: Sequence[str]) -> tuple[str | None, str, bool]:
        """The number, what else the file's name says, and whether it is written as it should be: 号$后缀, or a file
        named by its kind in a folder named by the number, or the other way round."""
        if match := _NUMBER.search(stem):
            rest = stem[match.end():] if match.start() == 0 else stem[:match.start()] + stem[match.end():]
            return match[0].upper(), rest, match.start() == 0 and (rest.startswith("$") or not rest)
        for folder in reversed(folders):
            if match := _NUMBER.search(folder):
                return match[0].upper(), stem, True
        return None, stem, False

    def _by_person(self, stem: str, folders: Sequence[str]) -> Meant | Miss:
        for part in (stem, *reversed(folders)):
            named = [name for name in self._by_name if name in part]
            if len(named) != 1:
                continue
            kind, _sure = self._kind(stem.replace(named[0], ""), folders, named[0])
            return Meant(self._by_name[named[0]], kind, Why.PERSON) if kind else Miss.NO_KIND
        return Miss.NO_NUMBER

    def _kind(self, rest: str, folders: Sequence[str], person: str) -> tuple[DocumentKind | None, bool]:
        """The kind, and whether the word is a suffix in force; a file that is only a number is what its folder is."""
        words = [rest] if rest.strip(_EDGE) else list(reversed(folders))
        for word in words:
            if (exact := self._kinds.get(word.lower())) is not None:
                return exact, True
            plain = _COPY.sub("", word.lower()).replace(person, "").strip(_EDGE)
            if plain not in self._guessed:
                self._guessed[plain] = self._guess(plain)
            if guessed := self._guessed[plain]:
                return guessed, False
        return None, False

    def _guess(self, word: str) -> DocumentKind | None:
        if not word:
            return None
        if within := [said for said in self._said if said in word]:
            return self._said[max(within, key=len)]
        scores: dict[DocumentKind, float] = defaultdict(float)
        for said, kind in self._said.items():
            scores[kind] = max(scores[kind], SequenceMatcher(None, word, said).ratio())
        (best, score), (_second, next_score) = Counter(scores).most_common(2)
        return best if score >= _LIKE_ENOUGH and score > next_score else None

    def _neighbour(self, number: str) -> str | None:
        """The one person whose number this is but for a digit: another one, one lost, one too many, two swapped."""
        if self._near is None:
            self._near = defaultdict(set)
            for known in self._people:
                for shorter in _shorter(known):
                    self._near[shorter].add(known)
        found: set[str] = set()
        for shorter in _shorter(number) if len(number) >= 18 else {number}:
            found |= self._near.get(shorter, set())
            if shorter in self._people:
                found.add(shorter)
        if len(number) == 18:
            found = {known for known in found if _one_slip(known, number)}
        return found.pop() if len(found) == 1 else None


def _one_slip(known: str, typed: str) -> bool:
    """One character differs, or two neighbours stand the wrong way round."""
    at = [place for place, (one, other) in enumerate(zip(known, typed, strict=True)) if one != other]
    return len(at) == 1 or (len(at) == 2 and at[1] == at[0] + 1 and known[at[0]] == typed[at[1]]
                            and known[at[1]] == typed[at[0]])


def _shorter(number: str) -> set[str]:
    return {number[:at] + number[at + 1:] for at in range(len(number))}


def _narrow(word: str) -> str:
    return _BLANK.sub("", unicodedata.normalize("NFKC", word)).lower()


def _plain_path(said: str) -> list[str] | None:
    """The parts of a path, narrowed and without blanks; None for one that leads out of its folder."""
    text = unicodedata.normalize("NFKC", said).replace("\\", "/")
    parts = [_BLANK.sub("", part) for part in text.split("/")]
    if text.startswith("/") or _DRIVE.match(text) or ".." in parts or not text.isprintable():
        return None
    return parts

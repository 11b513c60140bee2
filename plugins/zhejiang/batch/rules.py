"""The batch doctor (C-17): what is wrong in a row beside its cells, and what becomes of each row. Pure."""
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.api.intake import OnFile
from core.api.sheets import Column, Finding, Row, Sheet, parse_id_number
from core.api.store import Id

from plugins.zhejiang.batch.kinds import NOTICES, Found, Outcome
from plugins.zhejiang.batch.sheet import KEYS, advised, mended


@dataclass(frozen=True)
class Entry:
    """A row's values, as they are written."""

    name: str = field(repr=False)
    sex: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    education: str
    employer: str


@dataclass(frozen=True)
class Line:
    """A row of the sheet with what becomes of it; `entry` where all its cells could be read."""

    number: int
    raw: tuple[str, ...]
    entry: Entry | None
    outcome: Outcome
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Known:
    """What the platform knows of the people of a sheet. `here`: in this batch; `own`: in another one of the enterprise
    (its number); `elsewhere`: in somebody else's; `ours`: enrolled by the enterprise this year, whatever the post;
    `certified`: who has a certificate of the post on file, None where none is asked for."""

    on_file: Mapping[str, OnFile]
    owners: Mapping[str, Collection[Id]]
    here: Collection[Id]
    own: Mapping[Id, str]
    elsewhere: Collection[Id]
    ours: Collection[Id]
    enrolled: Collection[Id]
    barred: Mapping[str, str]
    phone_unique: bool
    certified: Collection[Id] | None = None


@dataclass(frozen=True)
class Said:
    """What is wrong with an entry: in which column, which kind."""

    key: str
    kind: Found
    wrong: str
    right: str


def judged(sheet: Sheet, columns: Sequence[Column], today: date, least_age: int, known: Known) -> list[Line]:
    """Every row of the sheet with its outcome."""
    titles = {column.key: column for column in columns}
    beside = _Beside()
    lines = []
    for row in sheet.rows:
        findings = [advised(row, found) for found in row.findings]
        findings += _own(row, columns)
        said = [*_of_id(row, today, least_age), *beside.twice(row)]
        entry = Entry(*(row.text(key) for key in KEYS)) if row.good else None
        outcome = Outcome.FRESH
        if entry is not None:
            outcome, more = of_platform(entry, known)
            said += more
        findings += [_finding(row, titles[one.key], one) for one in said]
        if any(found.code not in NOTICES for found in findings):
            outcome = Outcome.FAULTY
        beside.note(row, outcome)
        lines.append(Line(row.number, tuple(row.raw[key] for key in KEYS), entry, outcome, tuple(findings)))
    return lines


def kinds_of(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """How often each kind was found, what keeps a row out first."""
    counted = Counter(found.code for line in lines for found in line.findings)
    return sorted(counted.items(), key=lambda one: (one[0] in NOTICES, -one[1], one[0]))


def _finding(row: Row, column: Column, said: Said) -> Finding:
    return Finding(row.number, column.title, row.cells[column.key], row.raw[column.key], said.wrong, said.right,
                   said.kind)


def _own(row: Row, columns: Sequence[Column]) -> list[Finding]:
    """What was put right in the cells, and which of them are formulas."""
    found = []
    for column in columns:
        if column.key not in row.values:
            continue
        if column.key in row.formulas:
            found.append(Finding(row.number, column.title, row.cells[column.key], row.raw[column.key], "是公式，",
                                 f"按它现在的结果“{row.text(column.key)}”报名，请核对。", Found.COMPUTED))
        elif (one := mended(row, column)) is not None:
            found.append(one)
    return found


def _of_id(row: Row, today: date, least_age: int) -> list[Said]:
    """What the ID number says against the row."""
    if not (number := row.text("id_number")):
        return []
    person = parse_id_number(number)
    said = []
    if row.text("sex") and row.text("sex") != person.sex:
        said.append(Said("sex", Found.SEX, f"填的是“{row.text('sex')}”，身份证号第 17 位是 {number[16]}，表示“{person.sex}”，",
                         "请对照身份证核对性别和身份证号。"))
    if (age := person.age(today)) < least_age:
        said.append(Said("id_number", Found.AGE, f"按身份证号现在 {age} 周岁，", f"满 {least_age} 周岁才能报名，请核对身份证号。"))
    return said


@dataclass
class _Beside:
    """The rows before this one, by ID number and phone."""

    people: dict[str, tuple[Row, Outcome]] = field(default_factory=dict)
    phones: dict[str, Row] = field(default_factory=dict)

    def twice(self, row: Row) -> list[Said]:
        """What an earlier row has already. One that stays out itself does not keep out a right one of the same
        person."""
        said = []
        number, phone = row.text("id_number"), row.text("phone")
        if number in self.people:
            first, outcome = self.people[number]
            if row.text("name") != first.text("name"):
                said.append(Said("id_number", Found.TWO_NAMES, f"与第 {first.number} 行的身份证号相同，姓名却不一样，",
                                 "请对照身份证，看是哪一行的身份证号填错了。"))
            elif outcome is not Outcome.FAULTY:
                same = row.values == first.values
                said.append(Said("id_number", Found.ROW_TWICE if same else Found.PERSON_TWICE,
                                 f"与第 {first.number} 行{'完全相同' if same else '是同一个人'}，", "不会重复报名，请删去这一行。"))
        if phone in self.phones and self.phones[phone].text("id_number") != number:
            said.append(Said("phone", Found.PHONE_TWICE, f"与第 {self.phones[phone].number} 行的手机号相同，",
                             "短信要发到本人手机，请填本人的手机号。"))
        return said

    def note(self, row: Row, outcome: Outcome) -> None:
        number, phone = row.text("id_number"), row.text("phone")
        if number and (number not in self.people or self.people[number][1] is Outcome.FAULTY):
            self.people[number] = (row, outcome)
        if phone:
            self.phones.setdefault(phone, row)


def of_platform(entry: Entry, known: Known) -> tuple[Outcome, list[Said]]:
    """What only the platform can tell of a row that is right in itself. Nobody else's enterprise or data is named."""
    person = known.on_file.get(entry.id_number)
    said = _of_phone(entry, person, known)
    if sentence := known.barred.get(entry.id_number):
        said.append(Said("id_number", Found.BARRED, sentence, ""))
    if known.certified is not None and (person is None or person.id not in known.certified):
        said.append(Said("id_number", Found.NO_CERTIFICATE, "在平台上还没有查到这个岗位的证书，",
                         "继续教育只为已有证书的人办理：收款确认时会再到证书登记系统查询，仍查不到的不能报名，请先核对。"))
    if person is None:
        return _outcome(said), said
    if _same_name(entry.name) != _same_name(person.name):
        said.append(Said("name", Found.NAME_ON_FILE, "与平台上这个身份证号登记的姓名不一样，", "请对照身份证核对姓名和身份证号。"))
    if person.id in known.here:
        return Outcome.FAULTY if _outcome(said) is Outcome.FAULTY else Outcome.KNOWN, said
    if person.id in known.own:
        said.append(Said("id_number", Found.OTHER_BATCH, f"今年这个岗位已在本企业的批次 {known.own[person.id]} 报名，",
                         "不用再报；要换批次，请先在那个批次里撤下。"))
    elif person.id in known.elsewhere:
        said.append(Said("id_number", Found.ELSEWHERE, "今年这个岗位已由别的单位报名，", "请与本人核对；确需由本企业报名的，请本人先联系原单位撤下。"))
    elif person.id in known.enrolled:
        said.append(Said("id_number", Found.ENROLLED, "今年这个岗位已经报名，", "不用再报。"))
    return _outcome(said), said


def _of_phone(entry: Entry, person: OnFile | None, known: Known) -> list[Said]:
    said = []
    others = {owner for owner in known.owners.get(entry.phone, ()) if person is None or owner != person.id}
    if others & set(known.ours):
        said.append(Said("phone", Found.PHONE_OURS, "是本企业另一位报名学员的手机号，", "短信要发到本人手机，请填本人的手机号。"))
    elif others and known.phone_unique:
        said.append(Said("phone", Found.PHONE_TAKEN, "已是平台上别人的手机号，", "一个手机号只能有一个账号，请填本人的手机号。"))
    elif others:
        said.append(Said("phone", Found.PHONE_SHARED, "平台上还有别的账号用这个手机号，", "可以报名，请核对是不是本人的手机号。"))
    if person is not None and person.phone != entry.phone:
        said.append(Said("phone", Found.PHONE_ON_FILE, "与本人账号登记的手机号不同，", "可以报名；账号仍用原来的手机号，要更改请本人办理手机号更正。"))
    return said


def _outcome(said: Sequence[Said]) -> Outcome:
    return Outcome.FAULTY if any(one.kind not in NOTICES for one in said) else Outcome.FRESH


def _same_name(name: str) -> str:
    """Dots and widths are written in many ways."""
    return "".join(c for c in unicodedata.normalize("NFKC", name) if c.isalpha()).casefold()

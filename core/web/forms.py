"""Forms: a marshmallow schema read from a request, shown again with what was typed and what was wrong.

A view says::

    form = Form(RegisterSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            register(ctx, asked)
        except DomainError as error:
            form.fail(error)
        else:
            return redirect(..., 303)
    return page("registration/register.html", form=form, status=form.status)
"""
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast

from flask import Request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load
from werkzeug.datastructures import MultiDict

from core.base.errors import DomainError
from core.web.wording import field_messages, validators_in_words

T = TypeVar("T")

SUMMARY = "_form"
_SECRET = "password"
_SPACES = str.maketrans("", "", " \u00a0\u3000\t\n\r")
_DASHES = str.maketrans("", "", "-\u2010\u2011\u2013")
_COMMAS = str.maketrans("", "", ",")
_NUMBERS = {"id": _DASHES, "phone": _DASHES, "code": _DASHES, "number": _COMMAS, "money": _COMMAS}
_LONGEST = {"textarea": 4000}
_LONGEST_LINE = 200


def shown(label: Any, kind: str = "text", *, hint: Any = "", choices: Sequence[tuple[str, Any]] = (),
          autocomplete: str = "", inputmode: str = "", placeholder: Any = "", accept: str = "",
          ) -> dict[str, Any]:
    """Metadata of a field for the page: ``fields.String(required=True, metadata=shown(_l("姓名")))``.

    kind: text, password, id, phone, code, money (yuan), number, email, textarea, select, radio, checkbox,
    checks (several), date, time, file, hidden. choices: (value, words).
    """
    return {"label": label, "kind": kind, "hint": hint, "choices": tuple(choices), "autocomplete": autocomplete,
            "inputmode": inputmode, "placeholder": placeholder, "accept": accept}


class FormSchema(Schema, Generic[T]):
    """A schema whose messages are sentences and whose result is a typed object.

    ``into`` names the frozen dataclass (or any callable taking the fields by name) that ``load`` returns.
    """

    into: Any = None

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give the field and its validators words in the reader's language, naming the label."""
        label = str(field_obj.metadata.get("label") or field_name)
        field_obj.error_messages = {**field_obj.error_messages, **field_messages(field_obj, label)}
        field_obj.validators = validators_in_words(field_obj.validators, label)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        return self.into(**data) if self.into is not None else data


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as the page draws it."""

    name: str
    label: str
    kind: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    maxlength: int | None = None
    autocomplete: str = ""
    inputmode: str = ""
    placeholder: str = ""
    accept: str = ""
    value: Any = ""
    errors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The element's id, which the error summary links to."""
        return f"f-{self.name}"

    @property
    def describedby(self) -> str:
        """Ids of hint and error for aria-describedby."""
        said = [f"{self.id}-hint"] if self.hint else []
        return " ".join(said + ([f"{self.id}-error"] if self.errors else []))


class Form(Generic[T]):
    """One form of one request: what was typed, what was wrong, what it means."""

    def __init__(self, schema: "FormSchema[T]", request: Request | None = None,
                 data: Mapping[str, Any] | None = None) -> None:
        """`data` fills the fields at first sight; `request` may also be given to `submitted`."""
        self._schema = schema
        self._request = request
        self._values: dict[str, Any] = {}
        self._problems: dict[str, list[str]] = {}
        self.errors: dict[str, list[str]] = {}
        self.status = 200
        for name, field in self._schema.fields.items():
            given = data.get(name) if data else None
            default = field.load_default if not callable(field.load_default) else None
            fallback = default if isinstance(default, (str, int, bool)) else ""
            self._values[name] = fallback if given is None else given

    def submitted(self, request: Request | None = None) -> bool:
        """Bind what a POST carries; False (and nothing bound) for any other method."""
        request = request or self._request
        if request is None or request.method != "POST":
            return False
        self.bind(request.form, request.files)
        return True

    def bind(self, typed: MultiDict[str, str], files: MultiDict[str, Any] | None = None) -> None:
        """Take over typed text: control characters dropped, ends stripped, numbers in plain digits."""
        for name, field in self._schema.fields.items():
            kind = _kind(field)
            if kind == "file":
                upload = files.get(name) if files else None
                self._values[name] = upload if upload is not None and upload.filename else ""
            elif isinstance(field, fields.List):
                self._values[name] = [_clean(text, kind) for text in typed.getlist(name)]
            elif kind == "checkbox":
                self._values[name] = name in typed
            else:
                text = _clean(typed.get(name, ""), kind)
                self._values[name] = text
                longest = _maxlength(field) or 0
                if len(text) > longest > 0 and not _own_length(field):
                    self._problems[name] = [_("%(label)s太长：最多%(max)s个字，现在%(now)s个。",
                                              label=_label(name, field), max=longest, now=len(text))]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, never a password or a file."""
        kinds = {name: _kind(field) for name, field in self._schema.fields.items()}
        return {name: "" if kinds[name] in (_SECRET, "file") else value for name, value in self._values.items()}

    def load(self) -> T | None:
        """The typed object, or None with ``errors`` and ``status`` 422 set."""
        given = {name: value for name, value in self._values.items() if value != "" and value != []}
        self.errors = {name: list(said) for name, said in self._problems.items()}
        try:
            result = self._schema.load(given)
        except ValidationError as error:
            for name, said in error.messages_dict.items():
                place = name if name in self._schema.fields else SUMMARY
                self.errors.setdefault(place, []).extend(_flat(said))
        if self.errors:
            self.status = 422
            return None
        return cast(T, result)

    def fail(self, error: DomainError) -> None:
        """Put each problem of a refusal at its field, or into the summary where it names none."""
        for problem in error.problems:
            place = problem.field if problem.field in self._schema.fields else None
            said = problem.sentence + (problem.hint or "")
            self.errors.setdefault(place or SUMMARY, []).append(said)
        self.status = error.status if 400 <= error.status < 500 else 422

    @property
    def fields(self) -> dict[str, FieldView]:
        """Fields by name in the schema's order."""
        values = self.values
        return {name: replace(_view(name, field), value=values[name], errors=tuple(self.errors.get(name, ())))
                for name, field in self._schema.fields.items()}

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(element id or "", sentence) of each error, in the order of the fields, the form's own first."""
        said = [("", text) for text in self.errors.get(SUMMARY, [])]
        for name in self._schema.fields:
            said += [(f"f-{name}", text) for text in self.errors.get(name, [])]
        return said

    @property
    def multipart(self) -> bool:
        """Whether the form carries a file."""
        return any(_kind(field) == "file" for field in self._schema.fields.values())


def _kind(field: fields.Field[Any]) -> str:
    said = field.metadata.get("kind")
    if said:
        return str(said)
    return "checkbox" if isinstance(field, fields.Boolean) else "text"


def _label(name: str, field: fields.Field[Any]) -> str:
    return str(field.metadata.get("label") or name)


def _own_length(field: fields.Field[Any]) -> int | None:
    for validator in field.validators:
        longest = getattr(validator, "max", None) if hasattr(validator, "equal") else None
        if isinstance(longest, int):
            return longest
    return None


def _maxlength(field: fields.Field[Any]) -> int | None:
    kind = _kind(field)
    if kind in ("select", "radio", "checks", "checkbox", "file", "hidden"):
        return None if kind != "hidden" else _LONGEST_LINE
    return _own_length(field) or _LONGEST.get(kind, _LONGEST_LINE)


def _view(name: str, field: fields.Field[Any]) -> FieldView:
    said, kind = field.metadata, _kind(field)
    spaces = {"id": 2, "phone": 2}.get(kind, 0)
    longest = _maxlength(field)
    return FieldView(
        name=name, label=_label(name, field), kind=kind, hint=str(said.get("hint") or ""),
        choices=tuple((str(value), str(words)) for value, words in said.get("choices", ())),
        required=field.required, maxlength=longest + spaces if longest else None,
        autocomplete=str(said.get("autocomplete") or ""),
        inputmode=str(said.get("inputmode") or _INPUTMODE.get(kind, "")),
        placeholder=str(said.get("placeholder") or ""), accept=str(said.get("accept") or ""))


_INPUTMODE = {"phone": "tel", "number": "numeric", "money": "decimal", "email": "email"}


def _clean(text: str, kind: str) -> str:
    if kind == _SECRET:
        return text.replace("\x00", "")
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Co") or c in "\n\t").strip()
    if kind in _NUMBERS:
        kept = unicodedata.normalize("NFKC", kept).translate(_SPACES).translate(_NUMBERS[kind])
        return kept.upper() if kind == "id" else kept
    return kept


def _flat(said: Any) -> list[str]:
    if isinstance(said, Mapping):
        return [text for part in said.values() for text in _flat(part)]
    if isinstance(said, (list, tuple)):
        return [text for part in said for text in _flat(part)]
    return [str(said)]


class Money(fields.Field[int]):
    """An amount typed in yuan (128, 128.5, ¥128.00), loaded as fen; 0 to 1 000 000 yuan."""

    default_error_messages = {"invalid": cast(str, lazy_gettext("请填写金额，例如 128.00。"))}

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value // 100}.{value % 100:02d}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        whole, _dot, part = str(value).lstrip("¥￥").partition(".")
        digits = whole + part
        if not (digits.isascii() and digits.isdigit() and 1 <= len(whole) <= 7 and len(part) <= 2):
            raise self.make_error("invalid")
        fen = int(whole) * 100 + int(part.ljust(2, "0") or "0")
        if fen > 100_000_000:
            raise self.make_error("invalid")
        return fen

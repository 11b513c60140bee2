"""The house keeps its shape: sizes, imports, retention classes, policies; each check names what breaks it."""
import ast
import os
import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from sqlalchemy import Table

from core.access import PERMISSIONS, policy_of
from core.app import load_flow_parts
from core.base.config import ROOT
from core.base.db import Base, Retention, Sealed, SealedBytes
from core.web import JianxueFlask

MAX_LINES = 400
MAX_FUNCTION = 60
PERSONAL_NAME = re.compile(r"(^|_)(name|phone|id_number|email|address|photo\w*|descriptor|account_number)$")
NOT_PERSONAL = {
    # tables whose `name` is not a person's
    "post", "package", "lesson", "organization", "notice", "test_place",
    # an institution's bank account
    "institution_profile",
}


def sources() -> list[Path]:
    return sorted(path for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_of_a_size_to_be_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    long = [f"{node.name}: {node.end_lineno - node.lineno + 1} lines" for node in functions(ast.parse(text))
            if node.end_lineno and node.end_lineno - node.lineno + 1 > MAX_FUNCTION]
    assert not long


def test_no_room_of_the_core_is_open_to_plugins() -> None:
    """import-linter only knows the rooms it is told of: all but the API are."""
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    shut = set(settings["importlinter:contract:plugins-see-the-api-only"]["forbidden_modules"].split())
    rooms = {f"core.{path.stem}" for path in (ROOT / "core").iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert shut == rooms - {"core.api", "core.__init__"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_first_party_import_hides_inside_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = [node.lineno for function in functions(tree) for node in ast.walk(function)
              if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"core", "plugins"})
              or (isinstance(node, ast.Import) and node.names[0].name.split(".")[0] in {"core", "plugins"})]
    assert not hidden


def test_no_code_asks_which_tenant_it_is() -> None:
    """Provinces differ by setting, text, template or hook."""
    pattern = re.compile(r"\b(slug|tenant\.name)\s*(==|!=|in)\s*[\[({\"']")
    found = [f"{path.relative_to(ROOT)}:{number}" for path in sources()
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if pattern.search(line)]
    assert not found


def printed(path: Path) -> bool:
    """Templates of PDFs, which no browser sees; xhtml2pdf wants its styles in place."""
    return path.name.endswith(".pdf.html") or "documents" in path.parts


def test_no_template_or_script_reaches_elsewhere() -> None:
    """R44: no third-party origin, no inline script or style (CSP)."""
    found = []
    for path in (ROOT / "core").rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for bad in (r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", r"\son\w+=\"", r"<style",
                    r"\sstyle=\"", r"(src|href)=\"(https?:)?//"):
            if re.search(bad, text) and not printed(path):
                found.append(f"{path.relative_to(ROOT)}: {bad}")
    assert not found


def tables() -> list[Table]:
    load_flow_parts()
    return list(Base.metadata.sorted_tables)


def test_every_personal_column_names_how_long_it_is_kept() -> None:
    """P-26, A.7: retention from the first migration."""
    missing = []
    for table in tables():
        for column in table.columns:
            sealed = isinstance(column.type, Sealed | SealedBytes)
            looks = PERSONAL_NAME.search(column.name) and table.name not in NOT_PERSONAL
            if (sealed or looks) and not isinstance(column.info.get("retention"), Retention):
                missing.append(f"{table.name}.{column.name}")
    assert not missing


def test_id_numbers_and_phones_stand_encrypted_with_an_index() -> None:
    bare = [f"{table.name}.{column.name}" for table in tables() for column in table.columns
            if re.search(r"(^|_)(phone|id_number)$", column.name) and not isinstance(column.type, Sealed)]
    assert not bare


def test_no_table_has_a_tenant_column() -> None:
    """A tenant is a database."""
    assert not [table.name for table in tables() if any("tenant" in column.name for column in table.columns)]


def test_the_role_and_route_matrix_is_the_reviewed_one(app: JianxueFlask) -> None:
    """R7: a changed or new route shows up in review as a changed line of `tests/contracts/routes.txt`.

    Write it anew with `JIANXUE_WRITE=1`.
    """

    lines = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        declared = policy_of(app.view_functions[rule.endpoint])
        if declared is None:
            continue
        roles = ("everybody" if declared.public else "signed in" if declared.permission is None
                 else ",".join(sorted(PERMISSIONS[declared.permission])))
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{methods}\t{rule.rule}\t{declared.name}\t{roles}\n")
    snapshot = Path(__file__).with_name("routes.txt")
    if os.environ.get("JIANXUE_WRITE") == "1":
        snapshot.write_text("".join(lines), encoding="utf-8")
    assert snapshot.read_text(encoding="utf-8") == "".join(lines)

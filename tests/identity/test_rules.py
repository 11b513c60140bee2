"""The pure rules of accounts, as tables."""
import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from core.identity import captchas, hashing
from core.identity.rules import (
    Owner, device_label, initial_password, minutes_left, password_problem, safe_next, spoken, wait_after,
)

PRODUCTS = hashing._HASHER      # before tests/conftest.py puts a cheap one in its place
ZHANG = Owner(name="张三", id_number="11010119900307867X", phone="13800138000", username="zhangsan")


@pytest.mark.parametrize("password, word", [
    pytest.param("111111", "常见", id="U1-ones"),
    pytest.param("123456", "常见", id="U1-count"),
    pytest.param("aaaaaaaa", "常见", id="one-letter"),
    pytest.param("abcdefgh", "常见", id="a-run"),
    pytest.param("87654321", "常见", id="a-run-down"),
    pytest.param("1q2w3e4r", "常见", id="a-keyboard-walk"),
    pytest.param("Password2026", "常见", id="a-weak-word-with-a-number"),
    pytest.param("13800138000", "手机号", id="U1-phone"),
    pytest.param("x138-0013-8000y", "手机号", id="U1-phone-with-dashes"),
    pytest.param("ab00138000", "手机号", id="U1-phone-tail"),
    pytest.param("11010119900307867x", "身份证号", id="U1-id"),
    pytest.param("ab07867X", "身份证号", id="U1-last-six-of-id"),
    pytest.param("born19900307", "身份证号", id="U1-birthday"),
    pytest.param("zhangsan#2", "姓名", id="U1-name-in-pinyin"),
    pytest.param("kv7#q", "至少要 8", id="too-short"),
    pytest.param("73918264", "混用", id="digits-only"),
    pytest.param(" kv7#qwlm", "空格", id="blank-at-the-end"),
    pytest.param("kv7#" * 40, "最长", id="too-long"),
])
def test_refused_passwords(password: str, word: str) -> None:
    """U1, N-17: what a stranger could guess is no password, and the sentence says why."""
    problem = password_problem(password, ZHANG)
    assert problem is not None and word in problem


@pytest.mark.parametrize("password", ["kv7#qwlm", "工地安全123a", "correct horse battery", "Tower-crane9"])
def test_accepted_passwords(password: str) -> None:
    assert password_problem(password, ZHANG) is None


def test_staff_need_more() -> None:
    """等保: ten characters of three kinds for staff."""
    clerk = Owner(name="李四", username="auditor", staff=True)
    assert "10" in (password_problem("kv7#qwl", clerk) or "")
    assert "3" in (password_problem("kvqwlmzrt7", clerk) or "")
    assert password_problem("kv7#Qwlmzr", clerk) is None


@pytest.mark.parametrize("kind, expected", [
    pytest.param("phone", "13800138000", id="N-17"),
    pytest.param("phone", "13800138000", id="JL-03"),
    pytest.param("111111", "111111", id="GD-08"),
])
def test_initial_password(kind: str, expected: str) -> None:
    """X-05."""
    assert initial_password(kind, "13800138000") == expected


def test_hash_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with 19 MiB, t=2, p=1; another parameter is noticed."""
    monkeypatch.setattr(hashing, "_HASHER", PRODUCTS)
    stored = hashing.hash_password("kv7#qwlm")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashing.verify_password(stored, "kv7#qwlm")
    assert not hashing.verify_password(stored, "kv7#qwln")
    assert not hashing.needs_rehash(stored)
    assert hashing.needs_rehash(stored.replace("m=19456", "m=8192"))


def test_nobody_never_signs_in() -> None:
    """R27: without a stored hash the work is done and the answer is no."""
    assert not hashing.verify_password(None, "anything")
    assert not hashing.verify_password("not a hash", "anything")


def test_a_brute_force_gets_ten_tries_in_five_minutes() -> None:
    """U2, R26: guessing as fast as the delay lets, at most ten guesses are verified in any five minutes."""
    tried: list[timedelta] = []
    at = timedelta(0)
    for failures in range(1000):
        at += wait_after(failures, 10)
        tried.append(at)
    assert all(tried[i + 10] - tried[i] >= timedelta(minutes=5) for i in range(len(tried) - 10))
    assert wait_after(10_000, 10) == timedelta(minutes=5), "never a permanent lock"


def test_waiting_is_said_in_whole_minutes() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert minutes_left(now + timedelta(seconds=1), now) == 1
    assert minutes_left(now + timedelta(seconds=61), now) == 2


def test_picture_code() -> None:
    """N-08: a picture of five digits, as the sample 90628."""
    digits = captchas.draw_digits()
    assert len(digits) == 5 and digits.isdigit()
    with Image.open(io.BytesIO(captchas.picture(digits))) as image:
        assert image.format == "PNG" and image.size == (180, 60)


def test_question_for_a_screen_reader() -> None:
    words = {spoken(n): n for n in range(100)}
    assert len(words) == 100 and words["七十二"] == 72 and words["十"] == 10
    for _ in range(50):
        question = captchas.draw_question()
        first, rest = question.text.split("加")
        second, third = rest.split("，再减去")
        assert words[first] + words[second] - words[third.split("，")[0]] == int(question.answer)


@pytest.mark.parametrize("target", [
    "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "evil", "", None,
    "javascript:alert(1)",
    "/\t/evil.example", "/ /evil", "http:evil", "///evil", "/\x00", "@evil.example",
])
def test_a_link_back_never_leaves_the_site(target: str | None) -> None:
    """U9."""
    assert safe_next(target) is None


def test_a_link_back_inside_the_site() -> None:
    assert safe_next("/jilin/study?page=2") == "/jilin/study?page=2"


def test_device_label() -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
    assert device_label(agent) == "Chrome · Windows" and device_label("") == ""

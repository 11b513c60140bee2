"""Processes killed while people study: every beat that was acknowledged is in the ledger, once (C-01, O1, O24)."""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest
from sqlalchemy import func, select

from core.app import create_app, open_tenants
from core.base.config import ROOT, Config, load_config
from core.base.db import Id
from core.course import recompute, seal_hours, verify_hours
from core.course.models import BeatRow, HourEntry
from core.course.tokens import beat_key, unseal
from core.tenancy import Ctx, Tenant, bound, unit_of_work
from tests.browse import Browser
from tests.conftest import MASTER_KEY
from tests.course.conftest import enroll, seed_packages
from tests.data import TENANTS
from tests.figures import Figure
from tests.people import signed_in, trainee
from tests.postgres import fresh_databases
from tests.test_run import alive, command_of, free_port, wait_for

KINDS = {"web": "gunicorn", "work": "core.cli worker", "face": "core.presence.process"}
PACE = {"hour_seconds": 6, "slot_seconds": 1, "beat_seconds": 1}


# --- the installation ------------------------------------------------------------------------------------------------

@dataclass
class Installation:
    """`jianxue run` for one tenant at a quick pace, without a camera, over a database of its own."""

    process: "subprocess.Popen[bytes]"
    config: Config
    log: Path

    def below(self, pid: int) -> list[int]:
        """The processes below one, nearest first."""
        found, ahead = list[int](), [pid]
        while ahead:
            with contextlib.suppress(OSError):
                pid = ahead.pop(0)
                children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
                found += children
                ahead += children
        return found

    def kill(self, kind: str, dice: Random) -> str:
        """SIGKILL for one process of a kind: mostly one that works, now and then the one that keeps them."""
        mine = [pid for pid in self.below(self.process.pid) if KINDS[kind] in command_of(pid) and alive(pid)]
        if not mine:
            return "none"
        keeper, workers = mine[0], mine[1:]
        victim = keeper if not workers or dice.random() < 0.06 else dice.choice(workers)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return kind if victim in workers else f"{kind} keeper"


def tenants_at_pace(folder: Path) -> Path:
    copied = copytree(TENANTS, folder)
    base = copied / "_base.toml"
    text = base.read_text(encoding="utf-8")
    for key, value in PACE.items():
        text, count = re.subn(rf"(?m)^{key} = {{ value = \d+", f"{key} = {{ value = {value}", text)
        assert count == 1, key
    text, count = re.subn(r"(\[presence\]\nrequired = { value = )true", r"\1false", text)
    assert count == 1
    base.write_text(text, encoding="utf-8")
    for other in copied.glob("*.toml"):
        if other.stem not in ("_base", "_demo", "national"):
            other.unlink()
    return copied


@pytest.fixture
def installation(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Installation]:
    """Over the database that the parameter names."""
    with contextlib.ExitStack() as opened:
        url = config.database("national")
        if request.param == "postgresql":
            url = opened.enter_context(fresh_databases(["national"]))["national"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("JIANXUE_")}
        env |= {"JIANXUE_VAR": str(config.var), "JIANXUE_PORT": str(free_port()), "JIANXUE_MASTER_KEY": MASTER_KEY,
                "JIANXUE_TENANTS": str(tenants_at_pace(tmp_path / "tenants")), "JIANXUE_DATABASE_URL_NATIONAL": url}
        log = tmp_path / "log.txt"
        with log.open("wb") as out:
            process = subprocess.Popen([sys.executable, "-m", "core.cli", "run"], cwd=ROOT, env=env, stdout=out,
                                       stderr=out)
        try:
            wait_for(lambda: "建学已启动" in log.read_text() or process.poll() is not None, 120)
            assert process.poll() is None, log.read_text()
            yield Installation(process, load_config(env), log)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(40)
            process.kill()


# --- the learners ----------------------------------------------------------------------------------------------------

@dataclass
class Count:
    """How many beats have been acknowledged, for all learners together."""

    beats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def one_more(self) -> None:
        with self.lock:
            self.beats += 1


@dataclass
class Page:
    """Beats once a second over the wire, as the player does: what brought no answer is sent again until it does."""

    port: int
    headers: dict[str, str]
    enrollment: Id
    count: Count
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    token: str = ""

    def post(self, path: str, body: dict[str, Any], until: float) -> tuple[int, dict[str, Any]]:
        """The answer, however many times it takes to get one."""
        while time.monotonic() < until:
            line = HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                line.request("POST", path, json.dumps(body), self.headers)
                answer = line.getresponse()
                said = json.loads(answer.read())
                self.statuses[answer.status] += 1
                if answer.status != 503:
                    return answer.status, said
            except (OSError, HTTPException, ValueError):
                self.unanswered += 1
            finally:
                line.close()
            time.sleep(0.1)
        raise TimeoutError("no answer")

    def open(self, until: float) -> float:
        status, said = self.post(f"/study/{self.enrollment}/lease", {}, until)
        assert status == 200, said
        self.token = said["token"]
        return float(said["resume_ms"])

    def study(self, beats: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        position, last = self.open(until), time.monotonic()
        while beats and time.monotonic() < until:
            status, said = self.post("/study/beat", {"token": self.token, "position_ms": round(position),
                                                     "playing": True}, until)
            if status == 409 and said["code"] == "lease_taken":
                position = self.open(until)
                continue
            assert status == 200 or said["code"] == "beat_repeated", said
            self.acknowledged.append(self.token)
            self.count.one_more()
            self.token, beats = said["token"], beats - 1
            if said.get("snap_back"):
                position = said["resume_ms"]
            if said.get("over"):
                position = self.open(until)
            now = time.monotonic()
            time.sleep(max(0.0, last + 1 - now))
            position, last = position + 1000 * (time.monotonic() - last), time.monotonic()


def pages_of(found: Installation, tenant: Tenant, learners: int) -> list[Page]:
    """Signed-in learners with an open enrollment, before their first lesson."""
    with unit_of_work(tenant) as ctx:
        seed_packages(ctx)
    app = create_app(found.config)
    app.test_client_class = Browser
    made, count = [], Count()
    for serial in range(1, learners + 1):
        who = trainee(tenant, serial)
        browser = app.test_client()
        assert isinstance(browser, Browser)
        browser.tenant = app.directory.by_slug("national")
        signed_in(browser, who).get("/training")
        cookies = "; ".join(f"{one.key}={one.value}" for one in browser._cookies.values())
        made.append(Page(found.config.port, {
            "Host": tenant.file.hosts[0], "Cookie": cookies, "X-CSRFToken": browser.token or "",
            "Content-Type": "application/json", "Accept": "application/json"}, enroll(tenant, who), count))
    for one in app.directory:
        one.close()
    return made


def killer(found: Installation, count: Count, beats: int, kills: int, done: threading.Event) -> Counter[str]:
    """Kills at random points among the beats; what was killed."""
    dice = Random(4)
    killed: Counter[str] = Counter()
    kinds = (["web"] * 3 + ["work"] + ["face"]) * kills
    for number, point in enumerate(sorted(dice.sample(range(1, beats * 9 // 10), kills))):
        while count.beats < point and not done.is_set():
            time.sleep(0.01)
        killed[found.kill(kinds[number], dice)] += 1
    return killed


@pytest.mark.prove
@pytest.mark.parametrize("installation", ["sqlite", "postgresql"], indirect=True)
def test_fifty_kills_lose_no_acknowledged_beat(installation: Installation, figure: Figure) -> None:
    """C-01, L4: web, worker and face processes are killed at 50 random points in 500 beats of 20 learners; the pages
    repeat what got no answer. Each acknowledged beat is stored once, the evidence judged again gives the same hours,
    the seals hold, and no page ever saw a 500."""
    lose_nothing(installation, figure, learners=20, beats=25, kills=50)


def lose_nothing(installation: Installation, figure: Callable[..., None], learners: int, beats: int,
                 kills: int) -> None:
    tenant = open_tenants(installation.config).by_slug("national")
    pages = pages_of(installation, tenant, learners)
    count, done, began = pages[0].count, threading.Event(), time.monotonic()
    studying = [threading.Thread(target=page.study, args=(beats, 400)) for page in pages]
    for thread in studying:
        thread.start()
    killed: list[Counter[str]] = []
    killing = threading.Thread(
        target=lambda: killed.append(killer(installation, count, learners * beats, kills, done)))
    killing.start()
    for thread in studying:
        thread.join()
    done.set()
    killing.join()
    figure(seconds=time.monotonic() - began, beats=count.beats, unanswered=sum(page.unanswered for page in pages),
           killed=dict(killed[0]))
    statuses = sum((page.statuses for page in pages), Counter[int]())
    assert count.beats == learners * beats and killed[0].total() == kills and not killed[0]["none"], killed
    assert set(statuses) <= {200, 409, 503}, statuses
    with unit_of_work(tenant) as ctx:
        told = Counter(place_of(ctx, token) for page in pages for token in page.acknowledged)
        stored = Counter((one.lease_id, one.seq) for one in ctx.db.execute(select(BeatRow.lease_id, BeatRow.seq)))
        assert told.total() == learners * beats
        assert set(told.values()) == set(stored.values()) == {1} and not told - stored
        assert recompute(ctx).differences == ()
        assert (ctx.db.scalar(select(func.sum(HourEntry.slots))) or 0) > learners
    with unit_of_work(tenant) as ctx:
        seal_hours(ctx)
    with bound(tenant), tenant.session(write=False) as session:
        assert verify_hours(session).findings == ()
    tenant.close()


def place_of(ctx: Ctx, token: str) -> tuple[Id, int]:
    """The lease and the number of the beat that a token was for."""
    found = unseal(beat_key(ctx), token)
    assert found is not None
    return Id(found[0].lease_id), found[1].seq

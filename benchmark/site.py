"""What a page of the site costs (`make bench-site`): processor time per request of server and database together.

A district of 500 tasks, 90 units, 2,000 indicators and 12 months of history is put into a PostgreSQL 15 cluster of its own
and into a SQLite file; ``duban serve`` answers a client that signed in and asks over the loopback, one request after the
other. Measured is what the kernel counts (utime and stime in /proc) for the server's processes and the database's, over a
fixed number of requests. Then the same once more with 160 such districts in one database. Writes docs/performance.md; leaves
with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.client
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.template import Context, Engine

import browser

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT = ROOT / "docs" / "performance.md"
PASSWORD = "Lanqiao-2026-bench"  # as district.py sets it
STATEMENTS = 30
MANY = 160
MANY_RATIO = 1.5
#: Runs of a page that has a promise; a page without one has one run.
RUNS = 5
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Page:
    """A page to measure: its address (`{ledger}`, `{task}`, `{section}` are filled in), and what is promised."""

    name: str
    path: str
    promised: int | None = None
    redmine: int | None = None
    person: str = "clerk"


PAGES = (
    Page("台账，100行", "/ledgers/{ledger}/", 35, 159),
    Page("任务页", "/tasks/{task}/", 30, 149),
    Page("导出CSV，500行", "/ledgers/{ledger}/export.csv", 40, 158),
    Page("导出JSON，100项任务", "/ledgers/{ledger}/export.json?section={section}", 40, 427),
    Page("台账，按单位", "/ledgers/{ledger}/?layout=units", 40, 527),
    Page("台账，全部500行", "/ledgers/{ledger}/?all=1"),
    Page("台账，筛选和查找", "/ledgers/{ledger}/?q=学校&role=lead&overdue=1"),
    Page("台账，过去的一天", "/ledgers/{ledger}/?on=2026-06-30"),
    Page("任务页，过去的一天", "/tasks/{task}/?on=2026-06-30"),
    Page("台账，联络员", "/ledgers/{ledger}/", person="liaison"),
    Page("工作台", "/"),
    Page("工作台，联络员", "/", person="liaison"),
    Page("查找", "/search/?q=学校"),
    Page("图表", "/ledgers/{ledger}/charts/"),
    Page("台账列表", "/ledgers/"),
    Page("印发版次", "/ledgers/{ledger}/versions/"),
    Page("比较两天", "/ledgers/{ledger}/compare/?from=2026-02-01&to=2026-06-30"),
    Page("来文列表", "/papers/"),
    Page("调整列表", "/amendments/"),
)


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time a request, of the server and of the database, and the answer's size in bytes."""

    server: float
    database: float
    size: int

    @property
    def whole(self) -> float:
        return self.server + self.database


class Site:
    """A running ``duban serve`` on a database, and a client that signed in."""

    def __init__(self, environment: dict[str, str], postmaster: int | None = None, *, jobs: bool = False) -> None:
        self.environment, self.postmaster, self.jobs = environment, postmaster, jobs
        self.port = free_port()
        self.cookies: dict[str, dict[str, str]] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        jobs = "--jobs" if self.jobs else "--no-jobs"
        command = [sys.executable, "-m", "duban", "serve", jobs, "--port", str(self.port)]
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        self.pid = process.pid
        try:
            wait_for(self.port, process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()

    def ask(self, path: str, person: str) -> tuple[int, bytes]:
        """Return status and body of the page as `person` gets it."""
        if person not in self.cookies:
            self._sign_in(person)
        status, _, body = self._send("GET", path, person)
        return status, body

    def _sign_in(self, person: str) -> None:
        self.cookies[person] = {}
        status, _, body = self._send("GET", "/accounts/login/", person)
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        if not found:
            raise SystemExit(f"登录页里没有表单（{status}），无法测量。\n{body.decode()[:2000]}")
        form = {"login": person, "password": PASSWORD, "csrfmiddlewaretoken": found[1].decode()}
        status, _, _ = self._send("POST", "/accounts/login/", person, urlencode(form))
        if status != 302 or "sessionid" not in self.cookies[person]:
            raise SystemExit(f"{person}登录不上（{status}），无法测量。")

    def _send(self, method: str, path: str, person: str, body: str | None = None) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = self.cookies[person]
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
        connection.request(method, quote(path, safe="/?&="), body, headers)
        answer = connection.getresponse()
        for value in answer.headers.get_all("Set-Cookie") or ():
            key, _, rest = value.partition("=")
            cookies[key] = rest.partition(";")[0]
        content = answer.read()
        connection.close()
        return answer.status, answer.headers.get("Location", ""), content

    def measure(self, page: Page, path: str, rounds: int) -> Cost:
        """Return what a request costs in the least disturbed of some runs of `rounds` requests each."""
        size = 0
        for _ in range(8):  # every worker has compiled its templates, every backend has read its tables
            status, body = self.ask(path, page.person)
            if status != 200:
                raise SystemExit(f"{path}：{status}")
            size = len(body)
        costs = []
        for _ in range(RUNS if page.promised else 1):
            before = self._ticks()
            for _ in range(rounds):
                self.ask(path, page.person)
            after = self._ticks()
            server, database = ((b - a) * 1000 / TICK / rounds for a, b in zip(before, after, strict=True))
            costs.append(Cost(server, database, size))
        return min(costs, key=lambda cost: cost.whole)

    def _ticks(self) -> tuple[int, int]:
        return ticks(self.pid), ticks(self.postmaster) if self.postmaster else 0


def ticks(root: int) -> int:
    """Return the clock ticks used by a process and all below it, those that have ended included."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # What follows the name, which may hold anything: state, parent, …, utime, stime, cutime, cstime.
            fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = sum(int(field) for field in fields[11:15])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(pid, 0) for pid in family)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"网站没有启动：{(process.stderr.read() if process.stderr else b'').decode()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit("网站30秒内没有启动。")


def run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}：\n{done.stderr[-3000:]}")
    return done.stdout


@contextlib.contextmanager
def cluster() -> Iterator[tuple[str, int]]:
    """Give the address of a PostgreSQL 15 server of our own, as Debian sets it up, and its first process."""
    name, port = f"duban-bench-{os.getpid()}", free_port()
    subprocess.run(
        ["pg_createcluster", "15", name, "--port", str(port), "--start", "--", "--locale", "C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        sql = "CREATE ROLE duban LOGIN CREATEDB PASSWORD 'duban'"
        subprocess.run(["runuser", "-u", "postgres", "--", "psql", "-q", "-p", str(port), "-c", sql], check=True)
        sql = "CREATE DATABASE duban OWNER duban"
        subprocess.run(["runuser", "-u", "postgres", "--", "psql", "-q", "-p", str(port), "-c", sql], check=True)
        pid = int(Path(f"/var/lib/postgresql/15/{name}/postmaster.pid").read_text().split()[0])
        yield f"postgres://duban:duban@127.0.0.1:{port}/duban", pid
    finally:
        subprocess.run(["pg_dropcluster", "--stop", "15", name], check=False, stdout=subprocess.DEVNULL)


def measure_all(site: Site, rounds: int) -> dict[str, Cost]:
    facts = dict(
        line.split("=") for line in run(str(HERE / "district.py"), "facts", environment=site.environment).split()
    )
    costs = {}
    with site.running():
        for page in PAGES:
            costs[page.name] = site.measure(page, page.path.format(**facts), rounds)
            print(f"  {page.name:　<14}{costs[page.name].whole:7.1f} ms", file=sys.stderr)
    return costs


def waiting(site: Site) -> browser.Waited | None:
    """Return how long a clerk waits for the check page, with the reading done by the site's own jobs."""
    with site.running():
        waited = browser.measure(f"http://127.0.0.1:{site.port}", "clerk", PASSWORD)
    print(f"  {waited}", file=sys.stderr)
    return waited


class Yardstick:
    """A fixed piece of the kind of work that a page is, measured in the same run: a table drawn by a template, no database.

    Machines differ, and one machine from hour to hour: only what is set beside this can be compared with another report.
    """

    def __init__(self) -> None:
        if not settings.configured:
            settings.configure()
        row = "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}"
        self._template = Engine().from_string(f"{{% for row in rows %}}<tr>{row}</tr>{{% endfor %}}")
        self._rows = [[f"第{row}行第{column}格" for column in range(7)] for row in range(100)]
        self.told: list[float] = []

    def measure(self) -> None:
        """Add the processor milliseconds that one table takes now, the least disturbed of ten."""
        taken = []
        for _ in range(10):
            started = time.process_time()
            for _ in range(10):
                self._template.render(Context({"rows": self._rows}))
            taken.append((time.process_time() - started) * 100)
        self.told.append(min(taken))


def prepared(environment: dict[str, str]) -> None:
    run(str(ROOT / "manage.py"), "migrate", "-v0", environment=environment)
    run(str(ROOT / "manage.py"), "collectstatic", "--noinput", "-v0", environment=environment)
    run(str(HERE / "district.py"), "build", environment=environment)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=20, help="requests in a run")
    options.add_argument("--districts", type=int, default=MANY, help="districts of the second measurement")
    options.add_argument("--only", choices=["sqlite", "postgres"], help="one database only, no report")
    chosen = options.parse_args()
    results: dict[str, dict[str, Cost]] = {}
    statements: dict[str, int] = {}
    waited: browser.Waited | None = None
    yardstick = Yardstick()
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")},
            "DUBAN_DATA": folder,
            "PYTHONPATH": str(ROOT / "src"),
        }
        if chosen.only != "postgres":
            print("SQLite", file=sys.stderr)
            prepared(environment)
            yardstick.measure()
            results["SQLite"] = measure_all(Site(environment), chosen.rounds)
            waited = waiting(Site(environment, jobs=True))
        if chosen.only != "sqlite":
            if not shutil.which("pg_createcluster"):
                raise SystemExit("没有 PostgreSQL 15（apt-get install postgresql-15），测不了。")
            with cluster() as (address, postmaster):
                environment["DUBAN_DATABASE_URL"] = address
                print("PostgreSQL", file=sys.stderr)
                prepared(environment)
                site = Site(environment, postmaster)
                statements = counted(environment)
                yardstick.measure()
                results["PostgreSQL"] = measure_all(site, chosen.rounds)
                if chosen.districts > 1:
                    print(f"PostgreSQL, {chosen.districts} districts", file=sys.stderr)
                    run(str(HERE / "district.py"), "multiply", str(chosen.districts), environment=environment)
                    yardstick.measure()
                    results["many"] = measure_all(Site(environment, postmaster), chosen.rounds)
    yardstick.measure()
    broken = list(promises(results, statements, waited))
    if not chosen.only:
        REPORT.write_text(report(results, statements, waited, chosen.districts, broken, yardstick), "utf-8")
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


def counted(environment: dict[str, str]) -> dict[str, int]:
    """Return the SQL statements of each page, asked in one process."""
    paths = [word for page in PAGES for word in (page.person, page.path)]
    lines = run(str(HERE / "district.py"), "statements", *paths, environment=environment).split()
    return {page.name: int(count) for page, count in zip(PAGES, lines, strict=True)}


def promises(
    results: dict[str, dict[str, Cost]], statements: dict[str, int], waited: browser.Waited | None
) -> Iterator[str]:
    """Yield what is promised and not kept; the promises on processor time are made for PostgreSQL."""
    if waited and waited.upload > browser.UPLOAD:
        yield f"上传到可以核对：{waited.upload:.1f} 秒，承诺 {browser.UPLOAD:g} 秒"
    if waited and waited.opened > browser.OPEN:
        yield f"打开核对页：{waited.opened:.1f} 秒，承诺 {browser.OPEN:g} 秒"
    for page in PAGES:
        if statements.get(page.name, 0) > STATEMENTS:
            yield f"{page.name}：{statements[page.name]} 条 SQL 语句，承诺 {STATEMENTS} 条"
        cost = results.get("PostgreSQL", {}).get(page.name)
        many = results.get("many", {}).get(page.name)
        if cost and page.promised and cost.whole > page.promised:
            yield f"{page.name}：{cost.whole:.1f} ms，承诺 {page.promised} ms"
        if cost and many and many.whole > MANY_RATIO * cost.whole:
            yield f"{page.name}：多区划时 {many.whole:.1f} ms，是 {many.whole / cost.whole:.2f} 倍，承诺 {MANY_RATIO} 倍"


def report(
    results: dict[str, dict[str, Cost]],
    statements: dict[str, int],
    waited: browser.Waited | None,
    districts: int,
    broken: list[str],
    yardstick: Yardstick,
) -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "",
    )
    one, many, light = results["PostgreSQL"], results["many"], results["SQLite"]
    rows = "\n".join(
        f"| {page.name} | {page.promised or ''} | {one[page.name].whole:.1f} | {one[page.name].server:.1f} + "
        f"{one[page.name].database:.1f} | {many[page.name].whole:.1f} | {many[page.name].whole / one[page.name].whole:.2f} | "
        f"{light[page.name].whole:.1f} | {statements[page.name]} | {one[page.name].size / 1024:.0f} | {page.redmine or ''} |"
        for page in PAGES
    )
    wait = (
        f"| 上传到可以核对 | {browser.UPLOAD:g} | {waited.upload:.1f} |\n| 打开核对页到可以操作 | {browser.OPEN:g} | {waited.opened:.1f} |"
        if waited
        else "| 这台机器上没有 Chromium，没有量 | | |"
    )
    return TEMPLATE.format(
        wait=wait, characters=browser.CHARACTERS, tasks=waited.tasks if waited else 0, load=os.getloadavg()[1],
        broken="\n".join(f"- {line}" for line in broken) or "都做到了。", day=datetime.datetime.now(datetime.UTC).date(),
        model=model or platform.processor(), cores=os.cpu_count(), python=platform.python_version(),
        districts=districts, rows=rows, least=min(yardstick.told), most=max(yardstick.told),
    )  # fmt: skip


TEMPLATE = """# 性能

由 `make bench-site` 写成，{day}。机器：{model}，{cores} 核；Python {python}，PostgreSQL 15（Debian 的默认设置），
gunicorn 两个进程各四个线程，就是 `duban serve` 本身。数据是编造的一个区（`benchmark/district.py`）：500 项任务、90 个单位、2,000 个指标、12 个月的历次内容。

**量的是处理器时间**：每次请求里网页服务和数据库的所有进程合计用去的毫秒数，取自内核的记录（`/proc/<pid>/stat` 的 utime、stime），一个已登录的
客户端逐次请求。有承诺的页面跑五轮，取受打扰最少的一轮：机器上同时跑着别的事，缓存和超线程被占用时同样的活要用更多处理器时间；别的页面跑一轮。

**尺子**：同一次运行里，用 Django 模板画一张 100 行 7 列的表，没有数据库，前后量几次，用 {least:.1f} 到 {most:.1f} 毫秒。机器快慢不同，
同一台机器早晚也不同：和别的报告比，要看各是尺子的几倍。

| 页面 | 承诺（毫秒） | PostgreSQL（毫秒） | 其中网页 + 数据库 | {districts} 个区（毫秒） | 倍数 | SQLite（毫秒） | SQL 语句（条） | 大小（KB） | Redmine（毫秒） |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
{rows}

- 承诺：任何页面不超过 30 条 SQL 语句；{districts} 个区在同一个数据库里时，同一页面不超过一个区时的 1.5 倍。
- Redmine 一列是同类操作的参考：Redmine 5.0 配 PostgreSQL，两核机器，同样数量的数据。这些数字是立项时给定的，不是这里测的。
- SQLite 在网页进程里运行，没有另外的数据库进程。

## 等多久

编造的一份 {characters:,} 字的方案（{tasks} 项任务），在 Chromium 里粘贴、上传，由网站自己的后台任务读取（SQLite）。这里量的是人等的时间，机器忙时会长；
各做五次，取最快的一次。写这份报告时机器的平均负载是 {load:.1f}（两核机器上超过 2 就是在排队）。

| 做什么 | 承诺（秒） | 用了（秒） |
|---|--:|--:|
{wait}

## 这一次没有做到的

{broken}
"""


if __name__ == "__main__":
    sys.exit(main())

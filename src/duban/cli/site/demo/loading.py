"""Loads the demo, in one transaction: all of it is there, or nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from duban.accounts import first_run
from duban.accounts.queries import somebody_can_sign_in
from duban.audit.refusals import Refusal
from duban.audit.trail import action
from duban.cli.site.demo.bulletins import load_bulletins
from duban.cli.site.demo.district import load_district
from duban.cli.site.demo.inspections import load_inspections
from duban.cli.site.demo.issues import Loop
from duban.cli.site.demo.matters import load_matters
from duban.cli.site.demo.orders import load_orders
from duban.cli.site.demo.polls import load_polls
from duban.cli.site.demo.rankings import load_rankings
from duban.cli.site.demo.reporting import load_months
from duban.cli.site.demo.year import load_waiting, load_year
from duban.organisations.models import Division
from duban.organisations.roles import Role

#: The password of every account of the demo; it need not be changed.
PASSWORD = "Lanqiao-2026"
_FILES = ("district.toml", "people.toml")


class NotADemo(Refusal):
    """The folder holds no demo."""

    status = 422

    def __init__(self, folder: Path, missing: list[str]) -> None:
        super().__init__(f"“{folder}”里没有演示数据（缺少 {'、'.join(missing)}）。请核对文件夹。")


class NotEmpty(Refusal):
    """The site is in use already."""

    def __init__(self) -> None:
        super().__init__("系统里已经有别的数据，演示只能装入空的系统。请换一个数据文件夹（DUBAN_DATA）再试。")


class TooEarly(Refusal):
    """The computer's clock stands before the demo's last issue."""

    def __init__(self, day: date) -> None:
        today = timezone.localdate()
        super().__init__(
            f"演示数据到{day:%Y年%-m月%-d日}，这台电脑的日期却是{today:%Y年%-m月%-d日}。请先校准系统时间。"
        )


class Demo:
    """The files of a demo. Raises `NotADemo`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise NotADemo(folder, missing)
        self.district = self._toml("district.toml")
        self.people: list[dict[str, Any]] = self._toml("people.toml")["person"]
        self.orders = self._toml("orders.toml") if (folder / "orders.toml").is_file() else {}
        there = (folder / "matters.toml").exists()
        self.matters: list[dict[str, Any]] = self._toml("matters.toml")["matter"] if there else []
        self.bulletins = self._toml("bulletins.toml") if (folder / "bulletins.toml").is_file() else {}
        self.issues = self._toml("issues.toml") if (folder / "issues.toml").is_file() else {}
        self.years = sorted((self._toml(path.name) for path in folder.glob("year-*.toml")), key=lambda y: y["year"])

    @property
    def inspections(self) -> list[dict[str, Any]]:
        """The inspections of the running year; none where the demo has no file of them."""
        there = (self.folder / "inspections.toml").is_file()
        return list(self._toml("inspections.toml")["inspection"]) if there else []

    @property
    def rankings(self) -> dict[str, Any]:
        """The rankings of the running year; nothing where the demo has no file of them."""
        return self._toml("rankings.toml") if (self.folder / "rankings.toml").is_file() else {}

    @property
    def polls(self) -> list[dict[str, Any]]:
        """The polls of the running year; none where the demo has no file of them."""
        return list(self._toml("polls.toml")["poll"]) if (self.folder / "polls.toml").is_file() else []

    def _toml(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / name).read_text("utf-8"))

    @property
    def code(self) -> str:
        """The code of the district."""
        return str(self.district["district"])

    def paper(self, name: str) -> Path:
        """Return where a paper lies."""
        return self.folder / "documents" / name

    def waiting(self) -> list[Path]:
        """Return the papers that no year takes in: they wait to be checked."""
        taken = {year["paper"] for year in self.years}
        last = str(max((year["year"] for year in self.years), default=""))
        return [path for path in sorted(self.paper("").glob("*")) if path.name not in taken and last in path.name]

    def sign_ins(self) -> Iterator[str]:
        """Yield one account of each role, and the password."""
        yield f"演示账号（密码都是 {PASSWORD}）："
        for role in Role:
            if holders := [person for person in self.people if self._post(person, role)]:
                person = min(holders, key=self._showing)
                post = self._post(person, role)
                where = post.get("unit", "") if role == Role.LIAISON else ""
                yield f"  {role.label:　<6}{person['username']:<14}{person['name']}，{where}{post['title']}"

    def _post(self, person: dict[str, Any], role: Role) -> dict[str, Any]:
        posts: list[dict[str, Any]] = person["posts"]
        return next((post for post in posts if post["role"] == role and "end" not in post), {})

    def _showing(self, person: dict[str, Any]) -> tuple[bool, bool, bool]:
        """Return what puts a person before others: who acts, holds one post only, is of a unit that acts."""
        acting = [row["by"] for year in self.years for row in year.get("breakdown", ())]
        units = {post.get("unit") for other in self.people if other["name"] in acting for post in other["posts"]}
        own = {post.get("unit") for post in person["posts"]}
        return person["name"] not in acting, len(person["posts"]) > 1, not own & (units - {None})


def is_loaded(demo: Demo) -> bool:
    """Say whether the demo is there."""
    return Division.objects.filter(code=demo.code).exists() and somebody_can_sign_in()


def load_once(demo: Demo, tell: Callable[[str], None]) -> bool:
    """Load the demo unless it is there; say whether it was loaded. Raises `NotEmpty`, `TooEarly`."""
    if is_loaded(demo):
        return False
    if somebody_can_sign_in() or Division.objects.exists():
        raise NotEmpty
    day = max(year["issue"]["date"] for year in demo.years)
    if timezone.localdate() < day:
        raise TooEarly(day)
    _load(demo, tell)
    first_run.forget()
    return True


@action
def _load(demo: Demo, tell: Callable[[str], None]) -> None:
    tell(f"正在装入演示数据：{demo.code} 的单位和人员……")
    load_district(demo.district, demo.people, PASSWORD)
    for year in demo.years:
        tell(f"正在装入 {year['year']} 年：读文件、核对、印发、调整……")
        ledger = load_year(year, demo.code, demo.paper(year["paper"]))
        if "report" in year:
            tell(f"正在装入 {year['year']} 年的逐月填报、审签、核验和亮灯……")
            load_months(year, ledger, demo.code)
            if "order" in demo.orders:
                tell("正在装入督办单……")
                load_orders(demo.orders, year, ledger, demo.code)
            if "issue" in demo.issues:
                tell("正在装入问题、吹哨、会商和销号……")
                Loop(year, ledger, demo.code).load(demo.issues)
    load_waiting(demo.waiting(), demo.code, demo.years[-1]["year"])
    if demo.matters:
        tell("正在装入督查事项：登记、立项、交办、答复、逾期……")
        load_matters(demo.matters, demo.code)
    if demo.inspections:
        tell("正在装入督查：方案、现场核查、结论、复核……")
        load_inspections(demo.inspections, demo.code)
    if demo.rankings:
        tell("正在装入月度排名：计算、征求意见、异议、批准、公布……")
        load_rankings(demo.rankings, demo.code)
    if demo.polls:
        load_polls(demo.polls, demo.code)
    if demo.bulletins:
        tell("正在装入通报：起草、审签、印发……")
        load_bulletins(demo.bulletins, demo.code, demo.years[-1]["year"])

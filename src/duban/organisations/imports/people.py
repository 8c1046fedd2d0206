"""A workbook of people: one row a post, the person known by the user name or else by the name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from duban.audit.trail import Actor
from duban.organisations.actions.people import (
    PersonFacts,
    PostFacts,
    add_person,
    appoint,
    change_person,
    change_post,
    end_post,
)
from duban.organisations.imports.plan import Kind, Line, Plan, Problem, compared, day_of, order_of
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.names import Resolution, resolve
from duban.organisations.roles import Role
from duban.organisations.sheets import Book
from duban.organisations.workbooks import Row, Workbook

SHEET = "人员"
COLUMNS: dict[str, float] = {
    "姓名": 12,
    "用户名": 16,
    "单位": 28,
    "角色": 12,
    "职务": 26,
    "分管领域": 30,
    "分管单位": 40,
    "电话": 16,
    "电子邮箱": 24,
    "次序": 8,
    "任职日期": 12,
    "离任日期": 12,
}
NEEDED = ("姓名", "角色")
SYNONYMS = {
    "姓名": ("名字", "人员姓名"),
    "用户名": ("账号", "帐号", "登录名"),
    "单位": ("单位名称", "所在单位", "任职单位", "部门"),
    "角色": ("岗位", "系统角色"),
    "职务": ("职务职级", "职位"),
    "分管领域": ("分管工作", "分工"),
    "分管单位": ("分管部门", "联系单位"),
    "电话": ("手机", "手机号", "联系电话", "办公电话"),
    "电子邮箱": ("邮箱", "电子邮件"),
    "次序": ("排序", "顺序", "序号"),
    "任职日期": ("任职时间", "到任日期"),
    "离任日期": ("离任时间", "免职日期"),
}
ROLES = {role.label: role for role in Role if role is not Role.PUBLIC}
NOTES = (
    "一行一个任职；一人有几个任职就写几行。有用户名的按用户名认人，没有的按姓名认；认不出的是新人员。",
    "角色：" + "、".join(ROLES) + "。单位负责人、联络员要写单位；分管领导写分管领域、分管单位（顿号隔开）。",
    "同一人、同一单位、同一角色是同一个任职。任职日期空着的，新任职从今天起，原有的不改。",
    "用户名、电话、电子邮箱、次序空着的不改；职务、分管领域、分管单位空着就是没有，没有整列时不改。",
    "离任日期是不再任职的第一天。表里没有的人员和任职不受影响。密码不在表里：导入后在人员页发初始密码。",
)


def workbook(posts: Iterable[Post]) -> bytes:
    """Return posts as a workbook that can be filled in and taken in again; without posts, an empty template."""
    book = Book()
    rows = [
        [
            post.person.name,
            post.person.username or "",
            post.unit.name if post.unit else "",
            Role(post.role).label,
            post.title,
            post.field,
            "、".join(unit.name for unit in post.oversees.all()),
            post.person.phone,
            post.person.email,
            post.order,
            post.start,
            post.end,
        ]
        for post in posts
    ]
    book.sheet(SHEET, list(COLUMNS.items()), rows)
    book.sheet("说明", [("怎样填", 110)], [[note] for note in NOTES])
    return book.bytes()


def carry_out(division: Division, data: bytes, by: Actor) -> Plan:
    """Do what a workbook says, row by row, and return what that was; part of an action.

    What cannot be done is a problem of the plan. Raises `UnreadableWorkbook`.
    """
    book = Workbook(data)
    rows = book.rows(
        book.the_sheet(SHEET), NEEDED, optional=[name for name in COLUMNS if name not in NEEDED], synonyms=SYNONYMS
    )
    return _Import(division, by, rows).plan


class _Import:
    def __init__(self, division: Division, by: Actor, rows: list[Row]) -> None:
        self.division, self.by = division, by
        self.today = timezone.localdate()
        self.plan = Plan()
        people = Person.objects.filter(posts__division=division).distinct()
        self.by_username = {person.username.lower(): person for person in people if person.username}
        self.by_name: dict[str, list[Person]] = {}
        for person in people:
            self.by_name.setdefault(person.name, []).append(person)
        held = Post.objects.filter(division=division).select_related("person", "unit", "division")
        self.posts = list(held.prefetch_related("oversees").order_by("start", "pk"))
        self.resolved = self._units(rows)
        if not rows:
            self.plan.problems.append(Problem(SHEET, "表里没有一行人员。请填好再上传。"))
        for row in rows:
            self._row(row)

    def _units(self, rows: list[Row]) -> dict[str, Resolution]:
        words = {row.text("单位") for row in rows}
        for row in rows:
            words.update(_names(row.text("分管单位")))
        return resolve(self.division, words - {""}, self.today)

    def _row(self, row: Row) -> None:
        line = Line(row.number, row.text("姓名"))
        self.plan.lines.append(line)
        before = len(self.plan.problems)
        if not row.text("姓名"):
            self.plan.wrong(row, "姓名", "没有写姓名。请补上，或删去这一行。")
        role = ROLES.get(row.text("角色"))
        if role is None:
            self.plan.wrong(row, "角色", f"没有“{row.text('角色')}”这个角色。可以写：{'、'.join(ROLES)}。")
        unit = self._unit(row, "单位", row.text("单位")) if row.text("单位") else None
        oversees = None
        if "分管单位" in row.letters:
            oversees = [self._unit(row, "分管单位", name) for name in _names(row.text("分管单位"))]
        start, end = day_of(self.plan, row, "任职日期"), day_of(self.plan, row, "离任日期")
        order = order_of(self.plan, row, "次序")
        person = self._person(row)
        if role is None or len(self.plan.problems) > before:
            return
        about: PostFacts = {}
        if "职务" in row.letters:
            about["title"] = row.text("职务")
        if "分管领域" in row.letters:
            about["field"] = row.text("分管领域")
        if oversees is not None:
            about["oversees"] = [one for one in oversees if one is not None]
        if order is not None:
            about["order"] = order
        line.name = " ".join(filter(None, (line.name, unit.name if unit else "", role.label)))
        with self.plan.about(row, "姓名"):
            if person is None:
                self._add(row, line, role, unit, start or self.today, end, about)
                return
            self._change_person(row, line, person)
            post = self._post(person, role, unit, start)
            if post is None:
                self._appoint(line, person, role, unit, start or self.today, end, about)
            else:
                self._change(line, post, end if "离任日期" in row.letters else post.end, about)

    def _unit(self, row: Row, column: str, name: str) -> Unit | None:
        found = self.resolved[name]
        if found.unit is None:
            near = "、".join(unit.name for unit in found.candidates[:3])
            hint = f"是不是 {near}？" if near else ""
            self.plan.wrong(row, column, f"没有“{name}”这个单位。{hint}请改正，或先添加单位。")
        return found.unit

    def _person(self, row: Row) -> Person | None:
        username, name = row.text("用户名").lower(), row.text("姓名")
        if username and (person := self.by_username.get(username)):
            return person
        same = self.by_name.get(name, [])
        # Somebody of this name who has another user name is somebody else.
        same = [person for person in same if not username or not person.username]
        if len(same) > 1:
            self.plan.wrong(row, "用户名", f"有 {len(same)} 位“{name}”。请写用户名，以便分清是哪一位。")
        return same[0] if len(same) == 1 else None

    def _add(
        self, row: Row, line: Line, role: Role, unit: Unit | None, start: date, end: date | None, about: PostFacts
    ) -> None:
        line.kind = Kind.ADD
        line.fields = compared({"用户名": ("", row.text("用户名")), "任职日期": ("", start), "离任日期": ("", end)})
        person = add_person(
            division=self.division,
            name=row.text("姓名"),
            username=row.text("用户名"),
            email=row.text("电子邮箱"),
            phone=row.text("电话"),
            role=role,
            unit=unit,
            start=start,
            by=self.by,
            **about,
        )
        if end is not None:
            end_post(post=person.posts.get(), on=end, by=self.by)
        if person.username:
            self.by_username[person.username.lower()] = person
        self.by_name.setdefault(person.name, []).append(person)
        self.posts += list(person.posts.select_related("person", "unit", "division"))

    def _change_person(self, row: Row, line: Line, person: Person) -> None:
        given: PersonFacts = {"name": row.text("姓名")}
        # Who has several rows is often reached by what stands in the first alone; an empty cell takes nothing away.
        if row.text("用户名"):
            given["username"] = row.text("用户名")
        if row.text("电话"):
            given["phone"] = row.text("电话")
        if row.text("电子邮箱"):
            given["email"] = row.text("电子邮箱")
        line.fields += compared(
            {
                "姓名": (person.name, given["name"]),
                "用户名": (person.username, given.get("username", person.username)),
                "电话": (person.phone, given.get("phone", person.phone)),
                "电子邮箱": (person.email, given.get("email", person.email)),
            }
        )
        if line.fields:
            line.kind = Kind.CHANGE
            changed = change_person(person=person, by=self.by, **given)
            for name in ("name", "username", "phone", "email"):
                setattr(person, name, getattr(changed, name))

    def _post(self, person: Person, role: Role, unit: Unit | None, start: date | None) -> Post | None:
        """Return the post that a row speaks of: the one that began that day, or the one held today."""
        same = [
            post
            for post in self.posts
            if (post.person_id, post.role, post.unit_id) == (person.pk, role, unit.pk if unit else None)
        ]
        if start is not None and (begun := [post for post in same if post.start == start]):
            return begun[-1]
        held = [post for post in same if post.end is None or post.end > self.today]
        return held[-1] if held and start is None else None

    def _appoint(
        self,
        line: Line,
        person: Person,
        role: Role,
        unit: Unit | None,
        start: date,
        end: date | None,
        about: PostFacts,
    ) -> None:
        line.kind = Kind.ADD
        line.fields += compared({"任职日期": ("", start), "离任日期": ("", end), "职务": ("", about.get("title", ""))})
        post = appoint(
            person=person, division=self.division, role=role, unit=unit, start=start, end=end, by=self.by, **about
        )
        self.posts.append(post)

    def _change(self, line: Line, post: Post, end: date | None, about: PostFacts) -> None:
        oversees = [unit.name for unit in post.oversees.all()]
        given = about.get("oversees")
        fields = compared(
            {
                "职务": (post.title, about.get("title", post.title)),
                "分管领域": (post.field, about.get("field", post.field)),
                "分管单位": (oversees, oversees if given is None else [unit.name for unit in given]),
                "次序": (post.order, about.get("order", post.order)),
            }
        )
        if fields:
            line.kind = Kind.CHANGE
            line.fields += fields
            change_post(post=post, by=self.by, **about)
        if end != post.end and end is not None:
            line.kind = Kind.END if post.end is None else Kind.CHANGE
            line.fields += compared({"离任日期": (post.end, end)})
            end_post(post=post, on=end, by=self.by)


def _names(text: str) -> list[str]:
    return [name.strip() for name in re.split(r"[、,，;；\n]+", text) if name.strip()]

"""People and the posts they hold over time."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from duban.organisations.access import Anyone, access_of
from duban.organisations.models.divisions import Division
from duban.organisations.models.units import Unit
from duban.organisations.roles import Role


class PostManager(models.Manager["Post"]):
    """Posts, and which of them a person sees."""

    def visible_to(self, person: Anyone, action: str = "organisations.read") -> models.QuerySet[Post]:
        """Return the posts in the divisions in which `person` may take `action`."""
        return self.filter(access_of(person).reach(action).of_division())

    def held(self, on: date) -> models.QuerySet[Post]:
        """Return the posts that are held on a day."""
        return self.filter(Q(end=None) | Q(end__gt=on), start__lte=on)


class People(BaseUserManager["Person"]):
    """Makes people, which only actions do, and finds them."""

    def visible_to(self, person: Anyone, action: str = "organisations.read") -> models.QuerySet[Person]:
        """Return the people with a post, held or past, where `person` may take `action`; and those without any."""
        reached = Post.objects.visible_to(person, action).filter(person=OuterRef("pk"))
        if not access_of(person).may(action):
            return self.none()
        return self.filter(Exists(reached) | ~Exists(Post.objects.filter(person=OuterRef("pk"))))

    def create_user(self, username: str | None, password: str | None = None, **fields: Any) -> Person:
        """Return a new person; without a password nobody can sign in as them."""
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """A person of some office; those who sign in have a user name.

    Roles come from posts, never from Django's own groups and permissions.
    """

    username = models.CharField("用户名", max_length=50, unique=True, null=True, blank=True)
    name = models.CharField("姓名", max_length=50)
    email = models.EmailField("电子邮箱", blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("须改初始密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = People()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name; Django's libraries ask for it."""
        return self.name


class Post(models.Model):
    """What a person is, where, and for how long. One person may hold several posts at once.

    `unit` is set for a unit's head and liaisons; `oversees` are the units that a leader answers for (分管单位).
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts", verbose_name="人员")
    division = models.ForeignKey(Division, models.PROTECT, related_name="posts", verbose_name="区划")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="单位")
    role = models.CharField("角色", max_length=30, choices=Role)
    title = models.CharField("职务", max_length=100, blank=True)
    field = models.CharField("分管领域", max_length=200, blank=True)
    oversees = models.ManyToManyField(Unit, blank=True, related_name="sponsors", verbose_name="分管单位")
    order = models.PositiveIntegerField("次序", default=0)
    start = models.DateField("任职日期")
    end = models.DateField("离任日期", null=True, blank=True, help_text="不再任职的第一天")

    objects = PostManager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ("order", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=F("start")), name="post_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.UNIT_HEAD, Role.LIAISON]) | Q(unit__isnull=False),
                name="post_in_a_unit_names_it",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.title or self.get_role_display()}"

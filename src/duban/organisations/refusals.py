"""What the actions on divisions, units and people refuse."""

from __future__ import annotations

from datetime import date

from duban.audit.refusals import Refusal


class NameTaken(Refusal):
    """The words are the name of something else in the division."""

    def __init__(self, name: str, owner: str) -> None:
        whose = "另一个单位或分组" if name == owner else f"“{owner}”"
        super().__init__(f"“{name}”已经是{whose}的名称，不能再指别的。请换一个，或先改正原来的。")


class CodeTaken(Refusal):
    """Another division or group has this code."""

    def __init__(self, code: str, owner: str) -> None:
        super().__init__(f"代码“{code}”已经用于“{owner}”。请核对代码，或先停用原来的。")


class UsernameTaken(Refusal):
    """Another person has this user name."""

    status = 422

    def __init__(self, username: str) -> None:
        super().__init__(f"用户名“{username}”已经有人用了，请换一个。")


class Invalid(Refusal):
    """Something that was given cannot be; the message says what and what would do."""

    status = 422


class WrongDay(Refusal):
    """A day is given that cannot be."""

    status = 422


class NotHere(Refusal):
    """Something of another division was given."""

    status = 422

    def __init__(self, what: str, division: str) -> None:
        super().__init__(f"“{what}”不属于{division}。请在{division}里重新选择。")


class AlreadyEnded(Refusal):
    """The unit, division or post has ended already."""

    def __init__(self, what: str, on: date) -> None:
        super().__init__(f"“{what}”已于{on:%Y年%-m月%-d日}停用。如日期有误，请先恢复再重新停用。")


class InUse(Refusal):
    """The thing is named by others and cannot be removed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"“{what}”已经用在别处，删除会丢失记录。请改为停用。")


class NotForOneself(Refusal):
    """Nobody hands out posts to themselves or locks themselves out."""

    status = 403

    def __init__(self) -> None:
        super().__init__("不能给自己任免岗位、停用自己或给自己发初始密码。请由另一名系统管理员办理。")


class LastAdministrator(Refusal):
    """The division would be left without an administrator who can sign in."""

    def __init__(self, division: str) -> None:
        super().__init__(f"{division}只剩这一名系统管理员。请先给另一人任系统管理员，再办理。")


class SamePost(Refusal):
    """The person holds this very post at that time already."""

    def __init__(self, person: str, post: str) -> None:
        super().__init__(f"{person}在这段时间里已经任“{post}”。请改原来的任职，不要重复添加。")

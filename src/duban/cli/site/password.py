"""``duban password``: a new initial password, for whoever has forgotten theirs."""

from __future__ import annotations

import click

from duban.cli.site.command import SiteCommand


@click.command(cls=SiteCommand, help="给一个人换上随机的初始密码并解除锁定。密码打印一次，本人登录后须修改。")
@click.argument("username", metavar="用户名")
def password(username: str) -> None:
    """Set and print a random initial password."""
    from duban.accounts import actions
    from duban.organisations import passwords

    made = passwords.random()
    person = actions.set_initial_password(username=username, password=made)
    click.echo(f"{person.name}（{person.username}）的初始密码：{made}")

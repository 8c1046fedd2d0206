"""``duban first-run``: a new site's district and first administrator, on the command line."""

from __future__ import annotations

import sys

import click

from duban.cli.site.command import NOT_DONE, SiteCommand

EPILOG = """
没有写的各项会逐项询问。密码不写在命令行上：在终端上输入，或用 --password-stdin 从标准输入读一行。

例：
  duban first-run
  duban first-run --code 990102 --full-name 江临市兰桥区 --name 兰桥区 --level county --office 兰桥区人民政府督查室 \\
      --person 纪书言 --username jishuyan --password-stdin < 密码.txt
"""


@click.command(
    cls=SiteCommand, name="first-run", help="启用一个新装的系统：区划、主管机构和第一位系统管理员。", epilog=EPILOG
)
@click.option("--code", metavar="代码", help="区划代码，6、9或12位数字（GB/T 2260）。")
@click.option("--full-name", metavar="全称", help="行政区划全称，如 江临市兰桥区。")
@click.option("--name", metavar="简称", help="行政区划简称，如 兰桥区。")
@click.option("--level", metavar="层级", help="province、city、county 或 town，默认 county。")
@click.option("--office", metavar="机构", help="主管机构，如 兰桥区人民政府督查室。")
@click.option("--person", metavar="姓名", help="系统管理员的姓名。")
@click.option("--username", metavar="用户名", help="系统管理员的用户名。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码。")
@click.pass_context
def first_run(
    ctx: click.Context,
    code: str | None,
    full_name: str | None,
    name: str | None,
    level: str | None,
    office: str | None,
    person: str | None,
    username: str | None,
    password_stdin: bool,
) -> None:
    """Set a new site up."""
    from duban.accounts import actions
    from duban.accounts import first_run as codes
    from duban.accounts.forms import FirstRunForm
    from duban.accounts.queries import somebody_can_sign_in

    if somebody_can_sign_in():
        raise actions.AlreadyOpen
    given = {
        "division_code": _ask(code, "--code", "区划代码（6、9或12位数字）"),
        "full_name": _ask(full_name, "--full-name", "行政区划全称，如 江临市兰桥区"),
        "name": _ask(name, "--name", "简称，如 兰桥区"),
        "level": level or "county",
        "office": _ask(office, "--office", "主管机构，如 兰桥区人民政府督查室"),
        "person_name": _ask(person, "--person", "系统管理员的姓名"),
        "username": _ask(username, "--username", "系统管理员的用户名"),
    }
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _password()
    form = FirstRunForm({**given, "password": password, "again": password, "code": codes.code()})
    if not form.is_valid():
        for field, errors in form.errors.items():
            for error in errors:
                click.echo(f"{form.fields[field].label}：{error}", err=True)
        ctx.exit(NOT_DONE)
    data = form.cleaned_data
    actions.open_site(
        code=data["division_code"],
        name=data["name"],
        full_name=data["full_name"],
        level=data["level"],
        office=data["office"],
        person_name=data["person_name"],
        username=data["username"],
        password=data["password"],
    )
    codes.forget()
    click.echo(f"已启用：{data['full_name']}，系统管理员 {data['username']}。")


def _ask(given: str | None, option: str, words: str) -> str:
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.UsageError(f"缺少 {option}。")
    return str(click.prompt(words, prompt_suffix="："))


def _password() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("缺少密码：请用 --password-stdin，从标准输入读一行。")
    return str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一次密码", prompt_suffix="："))

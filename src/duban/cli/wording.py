"""What the command line says: help and refusals in Chinese, laid out for characters of double width."""

from __future__ import annotations

import unicodedata
from typing import Any

import click

_GAP = 2
_NAMES_WIDTH = 24


def width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` columns, ASCII words kept whole."""
    lines = [""]
    for word in _words(text):
        if width(lines[-1]) + width(word) > room and lines[-1]:
            lines.append("")
            word = word.lstrip(" ")
        lines[-1] += word
    return lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        glued = words and character.isascii() and character != " " and words[-1][-1].isascii()
        # No line begins with a closing mark.
        if words and (glued or character in "，。；：、）》”！？"):
            words[-1] += character
        else:
            words.append(character)
    return words


class Command(click.Command):
    """A command whose help is in Chinese; `epilog` is printed as it stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **kwargs)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, described in Chinese."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明。"
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        formatter.write(f"用法：{ctx.command_path} {' '.join(self.collect_usage_pieces(ctx))}\n")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        for paragraph in (self.help or "").split("\n"):
            formatter.write("".join(f"\n  {line}" for line in wrap(paragraph.strip(), formatter.width - 4)))
        formatter.write("\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the commands of a group."""
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        records = [(record[0], option.help or "") for option in options if (record := option.get_help_record(ctx))]
        _section("选项", records, formatter)
        if isinstance(self, click.Group):
            commands = [(name, self.commands[name].get_short_help_str(200)) for name in self.list_commands(ctx)]
            _section("命令", commands, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the closing words, line by line."""
        if self.epilog:
            formatter.write("\n" + "".join(f"{line}\n" for line in self.epilog.strip("\n").split("\n")))


def _section(title: str, records: list[tuple[str, str]], formatter: click.HelpFormatter) -> None:
    formatter.write(f"\n{title}：\n")
    for names, text in records:
        first = f"  {names}"
        lines = wrap(text, max(20, formatter.width - _NAMES_WIDTH - _GAP))
        if width(first) + _GAP > _NAMES_WIDTH:
            formatter.write(f"{first}\n")
        else:
            formatter.write(f"{first}{' ' * (_NAMES_WIDTH - width(first))}{lines.pop(0)}\n")
        formatter.write("".join(f"{' ' * _NAMES_WIDTH}{line}\n" for line in lines))


def refusal(error: click.ClickException) -> str:
    """Return in Chinese what is wrong with the arguments."""
    match error:
        case click.NoSuchOption():
            nearest = f"，是不是 {'、'.join(sorted(error.possibilities))}" if error.possibilities else ""
            return f"没有选项 {error.option_name}{nearest}。"
        case click.MissingParameter():
            return f"缺少 {_named(error.param)}。"
        case click.BadOptionUsage():
            return f"选项 {error.option_name} 后面缺少值，或多了值。"
        case click.BadParameter() if error.param is not None and (wanted := _wanted(error.param.type)):
            return f"{_named(error.param)} 应为{wanted}。"
        case click.UsageError() if error.message.startswith("No such command"):
            return f"没有命令 {error.message.split(chr(39))[1]}。"
        case click.UsageError() if error.message.startswith("Got unexpected extra"):
            return f"多了参数 {error.message.partition('(')[2].rstrip(').')}。"
    return error.message


def _named(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "参数"
    return parameter.human_readable_name if isinstance(parameter, click.Argument) else max(parameter.opts, key=len)


def _wanted(kind: object) -> str:
    if isinstance(kind, click.Choice):
        return f" {'、'.join(map(str, kind.choices))} 之一"
    if isinstance(kind, click.IntRange):
        return f"不小于 {kind.min} 的整数"
    return ""

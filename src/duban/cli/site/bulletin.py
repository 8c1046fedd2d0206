"""``duban bulletin``: a paper of the office as a file, the same that the page makes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from duban.cli.site.command import NOT_DONE, SiteCommand

if TYPE_CHECKING:
    from duban.bulletins.models import Bulletin
    from duban.plans.models import Ledger
    from duban.writing.official import Paper

FORMATS = (".docx", ".pdf", ".xlsx")
#: Kinds of papers; the site's own list is read only when the command runs.
KINDS = ("monthly", "section", "livelihood", "projects", "unit", "ledger", "congress", "committee", "year", "lookback")

EPILOG = """
例：
  duban bulletin --month 2026-09 -o 通报.docx
  duban bulletin --month 2026-09 --kind unit --unit 区教育局 -o 情况.pdf
"""


class _Month(click.ParamType[date]):
    name = "年-月"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        match = re.fullmatch(r"(20\d\d)-(0?[1-9]|1[0-2])", value.strip())
        if not match:
            self.fail("应写成 年-月，如 2026-09", param, ctx)
        return date(int(match[1]), int(match[2]), 1)


@click.command(
    cls=SiteCommand,
    help="把一份通报写成文件（docx、pdf、xlsx）：有没有印发、没有作废的稿子，取最新一份现在的文字；没有的，按现在的数和措辞拟一份，不存入系统。",
    epilog=EPILOG,
)
@click.option(
    "--month", type=_Month(), metavar="年-月", required=True, help="哪个月的，如 2026-09；年度的写截止到哪个月。"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="文件",
    required=True,
    help="写到哪里；格式按扩展名。",
)
@click.option("--kind", type=click.Choice(KINDS), default="monthly", show_default=True, help="文种。")
@click.option("--section", metavar="章节", help="专项通报写哪一个章节（标题里的字）。")
@click.option("--unit", metavar="单位", help="单位情况写哪一个单位（名称或简称）。")
@click.option("--division", metavar="代码", help="哪个区划的；系统里只有一个有台账的区划时不用写。")
@click.option("--fresh", is_flag=True, help="不管有没有稿子，都按现在的数重新拟。")
@click.pass_context
def bulletin(
    ctx: click.Context,
    month: date,
    output: Path,
    kind: str,
    section: str | None,
    unit: str | None,
    division: str | None,
    fresh: bool,
) -> None:
    """Write a paper to a file."""
    from duban.bulletins.papers import docx_of, pdf_of
    from duban.bulletins.queries.words import template_of
    from duban.writing.official import as_xlsx

    ending = output.suffix.lower()
    if ending not in FORMATS:
        raise click.UsageError(f"不会写“{output.suffix or output.name}”这种文件。请把文件名写成 .docx、.pdf 或 .xlsx。")
    ledger = _ledger(month, division)
    paper, said = _paper(ledger, kind, month, section, unit, fresh)
    if ending == ".docx":
        template = template_of(ledger.division, kind)
        data = docx_of(paper, template.file.read() if template else None)
    else:
        data = pdf_of(paper) if ending == ".pdf" else as_xlsx(paper)
    try:
        output.write_bytes(data)
    except OSError as error:
        click.echo(f"写不到“{output}”（{error.strerror}）。请核对文件夹和权限。", err=True)
        ctx.exit(NOT_DONE)
    click.echo(f"{paper.title}：{said}，已写到 {output}")


def _ledger(month: date, division: str | None) -> Ledger:
    from duban.plans.models import Ledger
    from duban.plans.states import LedgerState

    found = Ledger.objects.filter(year=month.year, state__in=(LedgerState.ISSUED, LedgerState.CLOSED))
    if division:
        found = found.filter(division__code=division)
    ledgers = list(found.select_related("division")[:2])
    if not ledgers:
        where = f"区划 {division} " if division else ""
        raise click.UsageError(f"{where}没有{month.year}年印发的台账。请核对年份和区划代码，先印发台账。")
    if len(ledgers) > 1:
        raise click.UsageError("有几个区划有这一年的台账。请用 --division 写明区划代码。")
    return ledgers[0]


def _paper(
    ledger: Ledger, kind: str, month: date, section: str | None, unit: str | None, fresh: bool
) -> tuple[Paper, str]:
    """Return the paper, and in words where it comes from."""
    from django.utils import timezone

    from duban.bulletins.composing.composer import Composer
    from duban.bulletins.composing.wording import OF_A_SECTION, OF_A_UNIT, read
    from duban.bulletins.gathering import facts_for, period_of
    from duban.bulletins.models import Bulletin
    from duban.bulletins.papers import composed_paper, paper_of
    from duban.bulletins.queries.drafts import latest
    from duban.bulletins.queries.words import wording_text
    from duban.bulletins.states import BulletinState
    from duban.organisations.models import Unit
    from duban.supervision.papers import office_of

    today = timezone.localdate()
    if month > today:
        raise click.UsageError(f"{month.year}年{month.month}月还没有到，没有数可写。")
    about = ledger.sections.filter(title__contains=section).order_by("order").first() if section else None
    whose = (
        Unit.objects.filter(division=ledger.division_id, name=unit).first()
        or Unit.objects.filter(division=ledger.division_id, short_name=unit).first()
        if unit
        else None
    )
    if kind in OF_A_SECTION and about is None:
        raise click.UsageError(
            f"台账里没有“{section}”这个章节。" if section else "专项通报写哪一个章节？请写 --section。"
        )
    if kind in OF_A_UNIT and whose is None:
        raise click.UsageError(f"没有叫“{unit}”的单位。" if unit else "单位情况写哪一个单位？请写 --unit。")
    if not fresh:
        there: Bulletin | None = (
            Bulletin.objects.filter(ledger=ledger, kind=kind, month=month, section=about, unit=whose, corrects=None)
            .exclude(state=BulletinState.DISCARDED)
            .select_related("division")
            .order_by("-pk")
            .first()
        )
        if there is not None:
            return paper_of(there, latest(there).body), f"{there.number or '稿子'}（{there.get_state_display()}）"
    period = period_of(kind, ledger, month, today)
    facts = facts_for(kind, ledger, period, section=about, unit=whose)
    composed = Composer(read(wording_text(ledger.division, kind), kind), facts).compose()
    return composed_paper(composed, office_of(ledger.division)), f"按{period.day:%Y年%-m月%-d日}的数拟的"

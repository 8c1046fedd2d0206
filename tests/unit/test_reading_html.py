"""A page of a government site, read as a browser shows it."""

from __future__ import annotations

import pytest

from duban.core.reading import UnreadableSource, read_bytes
from makers_office import furniture, grid, merged, read

PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>江临市兰桥区人民政府</title><style>p {{ color: red }}</style></head>
<body><script>var hidden = "<p>看不见</p>";</script><!-- <p>注释</p> -->
<div class="topNav"><ul><li><a href="/">首页</a></li><li><a href="/gk">政务公开</a></li></ul></div>
<div class="crumbs">您的位置：<a>首页</a>&gt;<a>文件</a></div>
<table class="xxgk"><tr><td>索 引 号</td><td>LQ-2031-7</td><td>发文机关</td><td>兰桥区人民政府</td></tr>
<tr><td>标题</td><td colspan="3">兰桥区2031年<b>重点任务</b>
    分工方案</td></tr></table>
<div class="article-share-wrap" id="con"><a>分享到微信</a></div>
<article><header><h1>兰桥区2031年重点任务分工方案</h1></header>
<p>　　各镇、街道：</p><h2>一、稳增长</h2>
<p>新签约项目&nbsp;60&nbsp;个以上，<br>投资   增长8%。</p><noscript>请打开脚本</noscript>
<ul class="fj"><li>附件：1. <a href="1.docx">任务分解表.docx</a></li><li>2. <a href="2.xls">联系人.xls</a></li></ul></article>
<input type="hidden" value="令牌"><template><p>模板</p></template>
<div style="display:none">备用的话</div><footer>兰桥区人民政府办公室主办</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "GBK", "iso-8859-1"])
def test_a_plan_on_a_site_gives_its_text_its_table_and_what_belongs_to_the_site(charset: str) -> None:
    encoding = "gb18030" if charset.lower().startswith(("gb", "iso")) else charset
    source = read(PAGE.format(charset=charset).encode(encoding))
    assert source.text.split("\n") == [
        "首页",
        "政务公开",
        "您的位置：首页>文件",
        "索 引 号\tLQ-2031-7\t发文机关\t兰桥区人民政府",
        "标题\t兰桥区2031年重点任务 分工方案",
        "分享到微信",
        "兰桥区2031年重点任务分工方案",
        "　　各镇、街道：",
        "一、稳增长",
        "新签约项目\xa060\xa0个以上，",
        "投资 增长8%。",
        "附件：1. 任务分解表.docx",
        "2. 联系人.xls",
        "备用的话",
        "兰桥区人民政府办公室主办",
    ]
    assert furniture(source) == [
        "首页\n政务公开",
        "您的位置：首页>文件",
        "分享到微信",
        "备用的话",
        "兰桥区人民政府办公室主办",
    ]
    assert [(heading.span.of(source.text), heading.depth) for heading in source.headings] == [
        ("兰桥区2031年重点任务分工方案", 1),
        ("一、稳增长", 2),
    ]
    assert merged(source) == {"兰桥区2031年重点任务 分工方案": (1, 3)}
    assert (source.lines, source.media_type, source.notes) == ("paragraph", "text/html", ())


def test_a_page_that_lists_several_reports_keeps_them_all() -> None:
    reports = "".join(
        f"<div class='item'><h3>{town}镇2031年工作报告</h3><p>{'全镇上下齐心协力。' * 40}</p></div>"
        for town in "东西南北"
    )
    source = read(f"<html><body><div class='nav-list'>{reports}</div><nav>更多</nav></body></html>".encode())
    assert [heading.span.of(source.text)[:1] for heading in source.headings] == list("东西南北")
    assert furniture(source) == ["更多"]


def test_classes_that_only_contain_a_word_of_the_site_are_content() -> None:
    words = ("margin-bottom-20", "navy", "header-title-none", "menuet", "content")
    page = "".join(f"<p class='{word}'>{word}的话</p>" for word in words)
    assert furniture(read(f"<html><body>{page}</body></html>".encode())) == []


def test_a_task_table_with_merged_heads_inside_the_tables_of_the_page() -> None:
    """Old sites set the whole page with tables; only the innermost holds data."""
    source = read(
        """<table width="100%"><tr><td>频道</td><td><table><tr><td><h1>任务分解表</h1>
        <table border="1"><caption>单位：个</caption>
        <thead><tr><th rowspan="2">序号</th><th colspan="2">任务</th><th rowspan=2>单位</th></tr>
        <tr><th>名称</th><th>目标</th></tr></thead>
        <tr><td rowspan="0">1</td><td><p>招商</p><p>引资</p></td><td>60</td><td>区商务局</td></tr>
        <tr><td>植树<td></td><td>区林业局</table></td></tr></table></td></tr></table>""".encode()
    )
    [table] = source.tables
    assert grid(source) == [
        ["序号", "任务", "单位"],
        ["名称", "目标"],
        ["1", "招商\n引资", "60", "区商务局"],
        ["植树", "", "区林业局"],
    ]
    assert [(cell.row, cell.column) for cell in table.cells if cell.row in (1, 3)] == [
        (1, 1),
        (1, 2),
        (3, 1),
        (3, 2),
        (3, 3),
    ]
    assert merged(source) == {"序号": (2, 1), "任务": (1, 2), "单位": (2, 1), "1": (2, 1)}
    assert source.text.startswith("频道\n任务分解表\n单位：个\n序号\t任务\t单位\n名称\t目标\n")


def test_an_article_beside_a_column_is_no_table() -> None:
    article = "<p>" + "推进项目建设。" * 40 + "</p>"
    source = read(f"<table><tr><td>栏目</td><td>{article * 4}</td></tr></table>".encode())
    assert source.tables == ()
    assert source.text.count("\n") == 4


def test_white_space_collapses_as_on_screen_but_not_in_preformatted_text() -> None:
    source = read("<body>  甲\n\t 乙 <b> 丙</b> <i>丁 </i> 戊　　己<pre>  庚\n\t辛\r\n壬</pre>癸</body>".encode())
    assert source.text == "甲 乙 丙 丁 戊　　己\n  庚\n\t辛\n壬\n癸"


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0" encoding="GBK"?><html>',
        b'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
        b"<html>",
        b'<html><meta charset="utf-8">',
        b'<html><meta charset="no-such-charset">',
        b'<html><meta charset="utf-16">',
    ],
)
def test_a_page_is_decoded_by_what_fits_not_by_what_it_claims(head: bytes) -> None:
    assert read(head + "<p>兰桥区㙍".encode("gb18030")).text == "兰桥区㙍"


def test_utf_16_with_its_mark_is_a_page_too() -> None:
    assert read("<html><p>兰桥区</p>".encode("utf-16")).text == "兰桥区"


def test_a_damaged_page_says_where() -> None:
    source = read(("<html><p>" + "兰桥区" * 20).encode() + b"\xff" + "完成</p>".encode())
    assert source.notes[0].span.of(source.text) == "\ufffd"
    assert "第 190 个字节" in source.notes[0].message


@pytest.mark.parametrize(
    "page", ["<html><body></body></html>", "<html><script>load()</script>", "<frameset><frame></frameset>"]
)
def test_a_page_whose_words_come_later_says_so(page: str) -> None:
    with pytest.raises(UnreadableSource, match="没有文字") as refused:
        read_bytes(f"<!doctype html>{page}".encode(), name="页.html")
    assert refused.value.code == "no-text"


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000,
        "<p><span>" + "<span>" * 50_000,
        "<div><table></div></table>" * 50_000,
        "<table><tr><td>" * 50_000,
        "".join(f"<div><font color={number}>x</div>" for number in range(20_000)),
        "<select>" + "<option>x" * 200_000,
        "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x",
        "<b " * 500_000,
        "<br>" * 510_000,
    ],
    ids=["blocks", "spans", "escaping", "tables", "fonts", "choices", "attributes", "unclosed", "many"],
)
def test_a_page_made_to_explode_is_refused(page: str) -> None:
    with pytest.raises(UnreadableSource) as refused:
        read_bytes(f"<html>{page}".encode(), name="页.html")
    assert refused.value.code == "bomb"


def test_sloppy_pages_are_not_taken_for_bombs() -> None:
    page = "<html>" + "<p><font size=3><a name=x>兰桥<td><li>区</b></div>" * 5_000
    assert read(page.encode()).text.count("兰桥") == 5_000


def test_a_page_too_large_says_so() -> None:
    with pytest.raises(UnreadableSource, match="32 MB"):
        read_bytes(b"<html>" + b"x" * 33 * 1024 * 1024, name="页.html")


def test_a_table_wider_than_any_is_text_with_a_note() -> None:
    source = read(("<table><tr>" + "<td colspan=9>1</td>" * 200 + "<tr><td>2<td>3</table>").encode())
    assert source.tables == ()
    assert source.notes[0].code == "table-unreadable"
    assert source.text.endswith("\n2\t3")

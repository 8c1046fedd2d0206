"""``duban serve`` and ``duban jobs``: the pages, and the work behind them."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from pathlib import Path

import click

from duban.cli.site.command import SiteCommand

EPILOG = """
例：
  duban serve                          网页和后台任务一起，监听 127.0.0.1:8000
  duban serve --no-jobs                只要网页；后台任务另由 duban jobs 运行
  duban serve --prepare --demo demo    先更新数据库，没有数据时装入演示

停止：按 Ctrl-C，或发 SIGTERM。各项设置（端口以外）见 docs/settings.md。
"""


@click.command(cls=SiteCommand, help="启动网站：网页服务和后台任务，停一个就重启一个。", epilog=EPILOG)
@click.option("--host", default="127.0.0.1", metavar="地址", help="监听的地址，默认 127.0.0.1（只有本机能访问）。")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), metavar="端口", help="监听的端口，默认 8000。")
@click.option("--jobs/--no-jobs", default=True, help="是否同时运行后台任务，默认运行。")
@click.option("--prepare", is_flag=True, help="先更新数据库结构和静态文件。")
@click.option("--demo", metavar="文件夹", help="系统里还没有人时，装入这个文件夹的演示数据。")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, jobs: bool, prepare: bool, demo: str | None) -> None:
    """Run the site until it is stopped."""
    from duban.accounts.queries import somebody_can_sign_in
    from duban.cli.site import preparing
    from duban.cli.site.supervisor import Child, Supervisor
    from duban.config import assets

    if not _is_free(host, port):
        raise click.UsageError(f"{host}:{port} 已被别的程序占用。请停掉它，或用 --port 换一个端口。")
    if not (assets.VENDOR / ".ready").exists():
        raise click.ClickException(
            "缺少网页用的样式、图标和图表库。在源代码里运行的，先运行 make assets；"
            "用 wheel 安装的，请换成先运行 make assets 再打的包（见 docs/deployment.md）。"
        )
    if prepare:
        preparing.migrate()
        preparing.collect()
    lines: list[str] = []
    if demo:
        from duban.cli.site.demo.loading import Demo, is_loaded, load_once

        found = Demo(Path(demo))
        if not somebody_can_sign_in():
            load_once(found, tell=click.echo)
        lines = ["", *found.sign_ins()] if is_loaded(found) else []
    from django.conf import settings

    children = [Child("网页服务", _web(host, port, settings.WEB_WORKERS, settings.WEB_THREADS))]
    if jobs:
        children.append(Child("后台任务", [sys.executable, "-m", "duban", "jobs"]))
    lines = [*_greeting(host, port), *lines]
    supervisor = Supervisor(children, tell=lambda words: click.echo(words, err=True))
    ctx.exit(supervisor.run(lambda: _answers(host, port), lambda: click.echo("\n".join(lines))))


@click.command(cls=SiteCommand, help="只运行后台任务（读文件等）。由 systemd 分别运行网页和任务时用。")
def jobs() -> None:
    """Run the job workers until they are stopped."""
    from duban.plans.workers import cluster_of_workers

    cluster = cluster_of_workers()
    cluster.start()
    # Its own signal handlers end it: what is under way is finished first.
    while cluster.sentinel.is_alive():
        time.sleep(0.2)


def _web(host: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "duban.config.wsgi:application"),
        *("--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads), "--preload"),
        *("--worker-tmp-dir", "/dev/shm" if os.path.isdir("/dev/shm") else "."),
        *("--timeout", "120", "--graceful-timeout", "15", "--log-level", "warning", "--no-control-socket"),
    ]


def _greeting(host: str, port: int) -> list[str]:
    from duban.accounts import first_run
    from duban.accounts.queries import somebody_can_sign_in

    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host
    lines = [f"督办已启动：http://{shown}:{port}/", "停止：按 Ctrl-C。"]
    if not somebody_can_sign_in():
        lines += ["", "系统还没有人用过。请在浏览器里打开上面的网址，用这个启动码启用：", f"  {first_run.code()}"]
    return lines


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server itself binds: a port that only waits to be forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host: str, port: int) -> bool:
    there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    with contextlib.suppress(OSError), socket.create_connection((there, port), timeout=1):
        return True
    return False

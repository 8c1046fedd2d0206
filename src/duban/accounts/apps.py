"""The app accounts."""

from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    """Registers the app with Django, and listens to what allauth and axes tell."""

    name = "duban.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        """Connect the signals. Raises `SystemExit` where a setting names a role that there is none of."""
        from duban.accounts import listening
        from duban.organisations.roles import Role

        listening.connect()
        if unknown := set(settings.TWO_FACTOR_ROLES) - set(Role.values):
            known = "、".join(Role.values)
            raise SystemExit(
                f"环境变量 DUBAN_TWO_FACTOR_ROLES 中没有角色“{'、'.join(sorted(unknown))}”。可用：{known}。"
            )

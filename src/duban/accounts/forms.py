"""Forms of the accounts' pages."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from duban.organisations.models import Division, Person
from duban.organisations.models.divisions import Level

username_rule = RegexValidator(r"^[\w.@+-]{2,50}$", "用户名为2至50个字，可用汉字、字母、数字和 . @ + - _，不能有空格。")


class SignInForm(AllauthLoginForm):  # type: ignore[misc]
    """User name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = "用户名或电子邮箱"
        login.widget.attrs = {"autocomplete": "username", "autofocus": True}
        password = self.fields["password"]
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password"}


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A change of password; the new one differs from the old."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("oldpassword", "现在的密码"), ("password1", "新密码"), ("password2", "再输一次新密码")):
            self.fields[name].label = label

    def clean_password1(self) -> str:
        """Return the new password. Raises `ValidationError` where it is the old one."""
        new: str = self.cleaned_data["password1"]
        if new and new == self.cleaned_data.get("oldpassword"):
            raise ValidationError("新密码不能与现在的密码相同。")
        return new


class _CodeForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "验证码"
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class SecondFactorForm(_CodeForm, AuthenticateForm):  # type: ignore[misc]
    """The code of the second factor, at the sign-in."""


class SecondFactorAgainForm(_CodeForm, ReauthenticateForm):  # type: ignore[misc]
    """The code of the second factor, before a change of the account."""


class BindAppForm(_CodeForm, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""


class ContactForm(forms.Form):
    """How a person is reached; they keep it themselves."""

    email = forms.EmailField(label="电子邮箱", required=False, help_text="也可以用它登录。")
    phone = forms.CharField(
        label="电话",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        super().__init__(data, initial={"email": person.email, "phone": person.phone})
        self.person = person

    def clean_email(self) -> str:
        """Return the address. Raises `ValidationError` where another person signs in with it."""
        email: str = self.cleaned_data["email"]
        if email and Person.objects.filter(email__iexact=email).exclude(pk=self.person.pk).exists():
            raise ValidationError("这个邮箱已登记在另一个人名下，请换一个，或联系系统管理员核对。")
        return email


class FirstRunForm(forms.Form):
    """What a new site asks: the district, its office, and who administers it."""

    code = forms.CharField(
        label="启动码", help_text="启动服务的窗口里显示的一次性启动码，用来确认您就是架设这台服务器的人。"
    )
    division_code = forms.CharField(
        label="区划代码",
        help_text="6、9或12位数字（GB/T 2260），如 330106。",
        validators=Division._meta.get_field("code").validators,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    full_name = forms.CharField(label="行政区划全称", max_length=100, help_text="如：江临市兰桥区")
    name = forms.CharField(label="简称", max_length=50, help_text="如：兰桥区")
    level = forms.ChoiceField(label="层级", choices=Level.choices, initial=Level.COUNTY)
    office = forms.CharField(label="主管机构", max_length=100, help_text="如：兰桥区人民政府督查室")
    person_name = forms.CharField(label="管理员姓名", max_length=50)
    username = forms.CharField(
        label="管理员用户名",
        max_length=50,
        validators=[username_rule],
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="再输一次密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Return the data. Raises `ValidationError` where the password is weak or the two differ."""
        data = super().clean() or {}
        password = data.get("password")
        if password:
            try:
                validate_password(password, Person(username=data.get("username"), name=data.get("person_name", "")))
            except ValidationError as error:
                self.add_error("password", error)
            if data.get("again") and data["again"] != password:
                self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return data

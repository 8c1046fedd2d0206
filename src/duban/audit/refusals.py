"""Refusals: what an action says when it does not do what was asked."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 — a refusal is named for what it says
    """An action was refused. The message is a Chinese sentence for the person: what is wrong, where, what to do.

    `status` is the HTTP status of the answer: 409 where the state of things is in the way, 403 where the person may
    not, 422 where what was given is wrong. Subclasses are named for what they say (``AlreadyIssued``).
    """

    status = 409

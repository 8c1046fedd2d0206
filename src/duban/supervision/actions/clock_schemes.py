"""Clock schemes: the matters of a source follow one from a day on."""

from __future__ import annotations

from datetime import date

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Division, Person
from duban.supervision.clocks import files
from duban.supervision.matter_refusals import Missing, UnknownScheme
from duban.supervision.models import ClockScheme, SourceClock
from duban.supervision.models.matters import MatterSource


@action
def adopt_clock(
    *,
    division: Division,
    source: str,
    valid_from: date,
    by: Person,
    preset: str = "",
    scheme: ClockScheme | None = None,
) -> SourceClock:
    """Let the matters of a source that are assigned from a day on follow a preset, or an office's own scheme.

    Matters that were assigned before keep theirs. Raises `Missing` for a source that there is not, `UnknownScheme`.
    """
    require(by, "supervision.change_schemes", division=division)
    if source not in MatterSource:
        raise Missing("来源", "请选一种来源")
    if scheme is None and preset not in files.presets():
        raise UnknownScheme(preset)
    use, _ = SourceClock.objects.update_or_create(
        division=division,
        source=source,
        valid_from=valid_from,
        defaults={"scheme": scheme, "preset": "" if scheme else preset, "adopted_by": by},
    )
    after = {"source": source, "scheme": use.key, "valid_from": valid_from}
    record("supervision.adopt_clock_scheme", by=by, subject=use, after=after, division=division.code)
    return use

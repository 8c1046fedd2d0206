"""Where static files are served from."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files named by their content and compressed; what our modules import of one another is renamed in them too.

    Only ours: modules of others name files in their comments that are not there.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *(
            (f"{app}/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1])
            for app in ("accounts", "audit", "dispatch", "duban", "organisations", "plans")
        ),
    )

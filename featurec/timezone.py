"""Whether a time zone exists, by its IANA name."""

from zoneinfo import ZoneInfo, available_timezones

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.source import Span


def check_timezone(name: str, span: Span | None) -> list[Diagnostic]:
    """FC104 for a zone that the IANA database does not know. Without a database here, every name passes."""
    if name == "UTC":
        return []
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        if not known:
            return []
        near = {zone.rpartition("/")[2].lower(): zone for zone in known}
        likely = near.get(name.lower().replace(" ", "_"))
        fix = f"did you mean `{likely}`?" if likely else did_you_mean(name, known)
        return [Diagnostic("FC104", f"there is no time zone `{name}`", span, "zones have IANA names", fix)]
    return []

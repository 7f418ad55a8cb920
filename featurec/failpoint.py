"""Named places at which a test can stop a process, so that what is left behind can be looked at.

``FEATUREC_FAILPOINT=export.merge:kill`` kills the process where ``failpoint("export.merge")`` stands, and
``export.merge@3:kill`` when it comes there for the third time. Actions: ``kill`` (SIGKILL), ``stop`` (SIGSTOP), ``raise``
(``Failpoint``), and a number of seconds to sleep.
"""

import os
import signal
import time
from collections import Counter

VARIABLE = "FEATUREC_FAILPOINT"
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
_visits: Counter[str] = Counter()


class Failpoint(BaseException):
    """Raised at a failpoint: nothing but clean-up should happen on its way."""


def failpoint(name: str) -> None:
    """Do what the environment asks for at this place; nothing where it names another one, or none."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return
    place, _, action = asked.partition(":")
    wanted, _, visit = place.partition("@")
    if wanted != name:
        return
    _visits[name] += 1
    if visit and _visits[name] != int(visit):
        return
    if action == "raise":
        raise Failpoint(name)
    if action in _SIGNALS:
        os.kill(os.getpid(), _SIGNALS[action])
    else:
        time.sleep(float(action))

"""``python -m featurec``: the same as the console script."""

import sys

from featurec.cli.app import main

if __name__ == "__main__":
    sys.exit(main())

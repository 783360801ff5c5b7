# PYTHON_ARGCOMPLETE_OK
"""`python3 -m vrmon`: the operator's command."""

import sys

from vrmon.cli import main

sys.exit(main())

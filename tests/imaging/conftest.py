"""Reading processes import their tasks by name, so the helpers of these tests are put on the path they inherit."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

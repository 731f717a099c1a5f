"""`make soak`, or `python -m tests.soak [--kills 1000] [--seed N]`: schedulers are killed on each database, for long.

The same test as in the suite, with its seed printed; see tests/integration/reminders/test_random_kills.py.
"""

import argparse
import os
import random
import subprocess
import sys

TEST = "tests/integration/reminders/test_random_kills.py"


def main() -> int:
    """Run it, and end as it ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--kills", type=int, default=1000, help="how many are killed, shared by the databases"
    )
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**9)), help="repeats a run")
    parser.add_argument("--databases", default="sqlite,postgresql", help="which, by commas")
    options = parser.parse_args()
    kinds = options.databases.split(",")
    print(f"{options.kills} kills on {' and '.join(kinds)}, seed {options.seed}", flush=True)
    chosen = {"RANDOM_KILLS": str(options.kills // len(kinds)), "RANDOM_SEED": options.seed}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-k", " or ".join(kinds), TEST]
    return subprocess.run(command, env=os.environ | chosen, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

"""What is imported only when it is needed."""

import subprocess
import sys

HEAVY = "lxml yaml pyarrow trafilatura pybtex rispy pypdf pylatexenc ijson backports.zstd requests".split()


def test_importing_the_loaders_imports_no_library_of_a_format() -> None:
    program = f"import sys, begat.loaders; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

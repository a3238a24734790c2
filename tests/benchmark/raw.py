"""The yardstick: what tree-sitter alone takes to parse files.  Prints CPU seconds, bytes and files.

A process of its own, so that its memory and caches are not those of the benchmark.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import tree_sitter_c
from tree_sitter import Language, Parser


def main() -> None:
    parser = Parser(Language(tree_sitter_c.language()))
    seconds, size, files = 0.0, 0, 0
    for name in sys.stdin.read().split("\0"):
        source = Path(name).read_bytes()
        start = time.process_time()
        tree = parser.parse(source)
        seconds += time.process_time() - start
        del tree
        size += len(source)
        files += 1
    sys.stdout.write(json.dumps({"cpu": seconds, "bytes": size, "files": files}))


if __name__ == "__main__":
    main()

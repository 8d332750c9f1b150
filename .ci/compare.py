"""Compares the Python column of the comparison table with the output of `sandbox/tests/peer/run.py`.

Usage: compare.py OUTPUT. Rows that are not named here are about sources, or about what no SDK offers.
"""

import re
import sys
from pathlib import Path

TABLE = Path(__file__).parent.parent / "src/guide/vendor_sdks.md"

# Row: dialect, beginning of the call, and the cell if it succeeds or fails, for both clients.
OUTCOMES = {
    "authorization URL, code exchange, refresh on 401": ("nested", "calendars.list: after a refresh", "yes", "no"),
    "single-flight refresh for parallel calls": ("nested", "six calls at once refresh once", "yes", "no"),
    "no refresh for a write that the scope forbids": ("nested", "a write refused for want of scope", "yes", "no"),
    "reads both forms of a write's response": ("root", "events.create: at google", "yes", "nested"),
    "iterates over all pages": ("nested", "events.iter_all: every page", "yes", "no"),
    "subscribe and unsubscribe webhooks": ("nested", "webhooks.unsubscribe_webhook: at Google", "yes", "no"),
    "verify webhook deliveries": ("nested", "webhooks.verify_webhook: genuine", "yes", "no"),
}
# Row: the end of a public name; without such a name the cell is "no".
NAMES = {
    "public refresh method": r"\.refresh\b",
    "revoke, health, `theme`": r"\.(revoke|health)\b",
}


def main():
    output = Path(sys.argv[1]).read_text(encoding="utf-8")
    cells = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if len(row) == 9:
            cells[row[0]] = row[3].rstrip("¹²³⁴⁵")
    expected = {}
    for row, (dialect, call, good, bad) in OUTCOMES.items():
        found = re.findall(rf"^(?:sync|async) +{dialect} +{re.escape(call)}.*?  +(\S+)", output, re.M)
        if len(found) != 2:
            sys.exit(f"{row}: {len(found)} outcomes of {call!r} instead of 2")
        expected[row] = good if set(found) == {"ok"} else bad
    names = re.search(r"^public names: (.*)$", output, re.M)[1]
    expected |= {row: "yes" if re.search(name, names) else "no" for row, name in NAMES.items()}
    expected["blocking client"] = "yes" if re.search(r"^sync ", output, re.M) else "no"
    wrong = [f"{row}: the table says {cells.get(row)!r}, the SDK {cell!r}" for row, cell in expected.items()
             if cells.get(row) != cell]
    print(f"{len(expected)} cells of the comparison table, {len(wrong)} wrong")
    sys.exit("\n".join(wrong) or 0)


main()

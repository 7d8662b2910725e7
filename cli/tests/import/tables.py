"""Writes tables of claims as five writers write them, breaks most of them, and says what a strict reader makes of each.

tables.py FOLDER CASES SEED: CASES tables of each writer; a JSON line a table on standard output.
"""
import csv
import io
import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

HEADING = ["memberId", "policyId", "memberName", "policyType", "claimAmount", "description"]
KINDS = ["Health", "Dental", "Vision", "Life", "Disability", "Accident"]


def text(dice, longest, inner):
    alphabet = "abcäß€ ,;'\"" + ("\n\r\t" if inner else "") + "😀"
    return "".join(dice.choice(alphabet) for _ in range(dice.randint(0, longest)))


def rows(dice):
    # Its own, however many of its letters are lost.
    member = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(16))
    for _ in range(dice.randint(1, 9)):
        name = "N" + text(dice, 8, False)
        cents = dice.randint(100, 99999)
        amount = dice.choice([f"{cents / 100:.2f}", str(cents)])
        yield [f"{member}-{dice.randint(0, 2)}", "P1", name, dice.choice(KINDS), amount, text(dice, 14, True)]


def by_python(table, **dialect):
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(table)
    return out.getvalue()


def excel(table):
    """CRLF, a byte order mark, and blank columns to the right."""
    return "\ufeff" + by_python([row + ["", ""] for row in table])


def libreoffice(table):
    """Every text quoted, numbers bare."""
    number = re.compile(r"\d+(\.\d+)?")
    return "".join(
        ",".join(cell if number.fullmatch(cell) else '"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table
    )


NODE = """
const rows = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const cell = c => /[",\\r\\n]/.test(c) ? '"' + c.replaceAll('"', '""') + '"' : c;
process.stdout.write(rows.map(r => r.map(cell).join(',')).join('\\r\\n'));
"""


def node(table):
    """No newline at the end."""
    if not shutil.which("node"):
        return by_python(table, quoting=csv.QUOTE_ALL)[:-2]
    return subprocess.run(["node", "-e", NODE], input=json.dumps(table).encode(), capture_output=True, check=True).stdout.decode()


WRITERS = {
    "Python": lambda table: by_python(table),
    "Python, all quoted": lambda table: by_python(table, quoting=csv.QUOTE_ALL, lineterminator="\n"),
    "a spreadsheet": excel,
    "another spreadsheet": libreoffice,
    "Node": node,
}


def broken(dice, data):
    """One to three bytes are lost, doubled, put in or changed, in the rows or in the heading."""
    data = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(data))
        put = dice.choice(b"\"\",\n\r;x\xff" if dice.random() < 0.1 else b"\"\"\",,\n\r;x")
        match dice.randrange(4):
            case 0:
                del data[at]
            case 1:
                data.insert(at, put)
            case 2:
                data[at] = put
            case _:
                data.insert(at, data[at])
        if not data:
            return b"x"
    return bytes(data)


def allowed(row):
    """The contract, as far as these tables can break it."""
    member, policy, name, kind, amount, description = row
    identifier = re.compile(r"[A-Za-z0-9_-]{1,64}")
    decimal = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?", amount)
    return (
        identifier.fullmatch(member)
        and identifier.fullmatch(policy)
        and 1 <= len(name) <= 128
        and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name)
        and kind in KINDS
        and decimal
        and len((decimal[2] or "").rstrip("0")) <= 2
        and 0 < float(amount) < 1e9
        and len(description) <= 2000
    )


def shown(amount):
    """As the API shows it: no zeros that say nothing."""
    whole, _, fraction = amount.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return whole + ("." + fraction if fraction else "")


def reference(data):
    """What a strict reader reads: the rows that can be stored, and how many there are; None if it refuses the file."""
    try:
        decoded = data.decode("utf-8")
        records = [row for row in csv.reader(io.StringIO(decoded.removeprefix("\ufeff"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        return None, 0
    if not records:
        return None, 0
    width = len(records[0])
    heading = list(records[0])
    while heading and not heading[-1].strip():
        heading.pop()
    if sorted(heading) != sorted(HEADING):
        return None, 0
    stored = []
    for row in records[1:]:
        if len(row) > len(heading) and len(row) <= width and not any(row[len(heading):]):
            row = row[: len(heading)]
        if len(row) == len(heading):
            claim = [dict(zip(heading, row))[name] for name in HEADING]
            if allowed(claim):
                stored.append([claim[0], [*claim[1:4], shown(claim[4]), claim[5]]])
    return stored, len(records) - 1


def main():
    folder, cases, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(seed)
    sys.stdout.reconfigure(encoding="utf-8")
    number = 0
    for _ in range(cases):
        for writer, write in WRITERS.items():
            number += 1
            data = write([HEADING, *rows(dice)]).encode("utf-8")
            if dice.random() < 0.8:
                data = broken(dice, data)
            # A folder each: equal rows of two tables are no question here.
            file = f"{number}/claims.csv"
            (folder / str(number)).mkdir()
            (folder / file).write_bytes(data)
            stored, count = reference(data)
            print(json.dumps({"file": file, "writer": writer, "stored": stored, "rows": count}, ensure_ascii=False))


main()

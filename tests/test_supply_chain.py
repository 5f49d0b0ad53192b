"""What Waymark rests on: locked by hash, not older than its advisories allow, under permissive licences; no secrets."""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_settings import ROOT, tracked

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = {m[1]: Version(m[2]) for m in re.finditer(r"^([a-z0-9.-]+)==(\S+) \\$", LOCK, re.M)}

# At least this version, and why. Sources: the packages' security advisories (GitHub, PyPI), read in November 2026.
MINIMUM = {
    "streamlit": ("1.60", "CVE-2026-33682 (request forgery through UNC paths), CVE-2025-1684 (upload type held in the "
                  "browser alone), CVE-2023-27494, CVE-2022-35918; 1.60 brought limits on origin, query and widgets"),
    "starlette": ("1.3.1", "CVE-2026-54283 (form limits ignored), CVE-2026-48818, PYSEC-2026-161 (a Host header "
                  "poisons the rebuilt path and passes path checks by)"),
    "python-multipart": ("0.0.27", "CVE-2026-42561, CVE-2026-40347"),
    "authlib": ("1.6.12", "CVE-2026-27962 (key injection by header, critical), CVE-2026-41425, CVE-2026-44681"),
    "defusedxml": ("0.7.1", "openpyxl alone has no guard against entity bombs"),
}  # fmt: skip
_PERMISSIVE = re.compile(r"\b(MIT|BSD|0BSD|Apache|PSF|Python Software Foundation|Zlib|CC0|HPND)", re.I)
# What is not, and why it may be here all the same.
_OTHERS = {"certifi": "MPL 2.0, a list of certificates that is passed on unchanged"}


def requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line.strip() and not line.startswith("#")]


def test_the_lock_is_of_these_requirements() -> None:
    wrong = {str(one): LOCKED.get(canonicalize_name(one.name)) for one in requirements()}
    wrong = {asked: have for asked, have in wrong.items() if have is None or have not in Requirement(asked).specifier}
    assert wrong == {}, "run: make lock"


def test_every_locked_package_has_a_hash_and_is_asked_for() -> None:
    asked = {canonicalize_name(one.name) for one in requirements()}
    blocks = re.findall(r"^([a-z0-9.-]+)==\S+ \\\n((?:    .*\n?)+)", LOCK, re.M)
    assert {name for name, _ in blocks} == set(LOCKED)
    for name, block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name
        by = set(re.findall(r"# +(?:via )?([a-z0-9.-]+)$", block, re.M)) - {"via"}
        assert name in asked or by & set(LOCKED), f"{name}: nothing asks for it; run: make lock"


@pytest.mark.parametrize("name", sorted(MINIMUM))
def test_nothing_is_older_than_its_advisories_allow(name: str) -> None:
    least, why = MINIMUM[name]
    if name in LOCKED:
        assert Version(least) <= LOCKED[name], why
    try:
        assert Version(least) <= Version(version(name)), why
    except PackageNotFoundError:
        assert name not in LOCKED, f"{name} is locked and not installed here"


@pytest.mark.parametrize("name", sorted(LOCKED))
def test_every_licence_lets_a_council_use_it(name: str) -> None:
    try:
        said = metadata(name)
    except PackageNotFoundError:
        pytest.fail(f"{name} is locked and not installed here; run: make lock, where it is needed no more")
    classes = [c for c in said.get_all("Classifier") or [] if c.startswith("License")]
    words = " ".join([said.get("License-Expression") or "", (said.get("License") or "")[:100], *classes])
    assert not re.search(r"\bA?GPL", words) or "LGPL" in words, words
    assert _PERMISSIVE.search(words) or name in _OTHERS, words


def test_the_bill_of_materials_names_what_is_locked() -> None:
    command = [Path(sys.executable).with_name("cyclonedx-py"), "requirements", "requirements.lock", "--of", "JSON"]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert {one["name"]: Version(one["version"]) for one in told["components"]} == LOCKED


SECRET = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # Amazon
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{60,}"
    r"|\bxox[abprs]-[0-9A-Za-z-]{20,}"  # Slack
    r"|\bAccountKey=[A-Za-z0-9+/]{40,}|\bsig=[A-Za-z0-9%]{40,}"  # Azure
    r"|\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}"  # a signed token
    r"|://[^/\s:@'\"{}$]+:[^/\s:@'\"{}$]{3,}@"  # an address with a password
    r"|(?i:(?:client_secret|cookie_secret|password|passwd|api_key|token))\s*[:=]\s*['\"][^'\"\s{}$<>]{12,}['\"]"
)
_NEVER = re.compile(
    r"(^|/)(secrets\.toml|\.env|.*\.(pem|key|p12|pfx|keystore)|id_(rsa|ed25519)|waymark-\d{8}T.*\.zip)$"
)


def test_no_secret_is_in_the_repository() -> None:
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if _NEVER.search(name):
            found.append(name)
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{name}: a secret at character {m.start()}" for m in SECRET.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----", "AKIA" + "ABCDEFGHIJKLMNOP", "ghp_" + "a1B2" * 9,
        "https://user:" + "hunter2@example.org", 'client_secret = "' + "q8Q~abcdefghijkl" + '"',
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
    ],
)  # fmt: skip
def test_the_scan_would_find_one(text: str) -> None:
    assert SECRET.search(f"x = {text}\n")


def test_git_ignores_what_must_never_come_in() -> None:
    names = [".streamlit/secrets.toml", "data/warehouse.duckdb", "data/editions/x", "deploy/waymark.env", "sbom.json"]
    if (ROOT / ".git").exists():
        told = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False)
        assert told.stdout.split() == names


AUDIT = """#!/bin/sh
for word; do case "$before" in -o) out=$word;; -r) asked=$word;; esac; before=$word; done
grep -q jinja2==2.10 "$asked" && vulns='{known}' || vulns='{locked}'
[ -n "$vulns" ] && echo "$vulns" > "$out"
exit 1
"""
CLEAN, WEAK = '{"dependencies": [{"name": "x", "vulns": []}]}', '{"dependencies": [{"vulns": [{"id": "PYSEC-1"}]}]}'


@pytest.mark.parametrize(
    ("known", "locked", "code", "words"),
    [
        (WEAK, CLEAN, 0, "No weakness is known"),
        (WEAK, WEAK, 1, "Weaknesses are known"),
        (CLEAN, CLEAN, 3, "NOT CHECKED"),  # an index that knows of nothing at all
        ("", "", 3, "NOT CHECKED"),  # nobody answers
        (WEAK, '{"dependencies": [{"name": "x", "skip_reason": "not found"}]}', 3, "NOT CHECKED"),
        (WEAK, "", 3, "NOT CHECKED"),  # nobody answers any more
    ],
)
def test_no_answer_is_never_a_clean_one(tmp_path: Path, known: str, locked: str, code: int, words: str) -> None:
    (tmp_path / "deploy").mkdir()
    script = shutil.copy(ROOT / "deploy" / "audit.sh", tmp_path / "deploy")
    (tmp_path / "requirements.lock").write_text("x==1\n")
    (tmp_path / "pip-audit").write_text(AUDIT.replace("{known}", known).replace("{locked}", locked))
    (tmp_path / "pip-audit").chmod(0o700)
    done = subprocess.run([script, tmp_path / "pip-audit"], capture_output=True, text=True, check=False)
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True)

"""Runs every fuzz test of the project for SECONDS each, one after another, and prints a table.

usage: fuzz.py SECONDS FOLDER, with the test class path in CLASSPATH and the java command in JAVA
"""

import os
import pathlib
import re
import subprocess
import sys

SOURCES = pathlib.Path("src/test/java")
OPTIONS = ["-XX:+EnableDynamicAgentLoading", "-Xmx512m", "com.code_intelligence.jazzer.Jazzer"]


def targets():
    for file in sorted(SOURCES.rglob("*FuzzTest.java")):
        name = ".".join(file.relative_to(SOURCES).with_suffix("").parts)
        for method in re.findall(r"@FuzzTest\s+void (\w+)", file.read_text()):
            yield name, method


def main():
    seconds, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute()
    rows, failed = [], False
    for name, method in targets():
        command = [os.environ["JAVA"], *OPTIONS, f"--target_class={name}", f"--target_method={method}"]
        command += ["--instrumentation_includes=org.streamlitgateway.**", f"--reproducer_path={folder}"]
        command += [f"-max_total_time={seconds}", "-timeout=60", "-rss_limit_mb=3072"]
        log = folder / f"{name}.log"
        with log.open("w") as out:
            code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder).returncode
        text = log.read_text(errors="replace")
        runs = re.findall(r"Done (\d+) runs in (\d+)", text) or re.findall(r"^#(\d+)\t()", text, re.M)
        branches = re.findall(r"cov: (\d+)", text)
        rows.append((name.rsplit(".", 1)[1], runs[-1][0] if runs else "?", branches[-1] if branches else "?", code))
        failed |= code != 0
        print(f"{name}: {rows[-1][1]} inputs, {rows[-1][2]} branches, {'no finding' if code == 0 else 'see ' + str(log)}", flush=True)
    table = ["| target | inputs | branches reached | findings |", "|---|---:|---:|---|"]
    table += [f"| {name} | {runs} | {cov} | {'none' if code == 0 else 'yes'} |" for name, runs, cov, code in rows]
    (folder / "fuzz.md").write_text("\n".join(table) + "\n")
    print("\n".join(table))
    sys.exit(1 if failed else 0)


main()

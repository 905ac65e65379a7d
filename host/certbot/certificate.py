"""Keeps the site's certificate: obtains it, renews it at a third of its lifetime, hands it to Nginx.

Runs for ever in Certbot's image. Configured by DOMAINS (comma separated), DIRECTORY and EMAIL. An ACME server that is
down costs nothing: the certificate at hand goes on serving, and the next attempt comes by itself.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from cryptography import x509

DOMAINS = os.environ["DOMAINS"].split(",")
LINEAGE = pathlib.Path("/etc/letsencrypt/live/site")
SERVED = pathlib.Path("/etc/certificates/site.pem")
STATUS = pathlib.Path("/etc/certificates/status.json")
HEARTBEAT = pathlib.Path("/tmp/heartbeat")
HALF_A_DAY = 12 * 3600


def lifetime(pem):
    """When a certificate begins and ends, in seconds since 1970, and the names in it."""
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        certificate.not_valid_before_utc.timestamp(),
        certificate.not_valid_after_utc.timestamp(),
        set(names.get_values_for_type(x509.DNSName)),
    )


def renewal():
    """When the certificate at hand wants renewing; 0 where there is none for these names."""
    try:
        begin, end, names = lifetime((LINEAGE / "fullchain.pem").read_bytes())
        directory = (LINEAGE.parent.parent / "directory").read_text()
    except (OSError, ValueError):
        return 0
    if names != set(DOMAINS) or directory != os.environ["DIRECTORY"]:
        return 0
    return end - (end - begin) / 3


def obtain():
    """Asks the ACME server; returns nothing when all went well, else what Certbot said."""
    email = os.environ.get("EMAIL")
    command = ["certbot", "certonly", "--non-interactive", "--agree-tos", "--force-renewal", "--cert-name", "site"]
    command += ["--webroot", "--webroot-path", "/srv/challenges", "--server", os.environ["DIRECTORY"]]
    command += ["--email", email] if email else ["--register-unsafely-without-email"]
    command += ["--config-dir", "/etc/letsencrypt", "--work-dir", "/tmp/work", "--logs-dir", "/tmp/logs"]
    for domain in DOMAINS:
        command += ["--domain", domain]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(run.stdout, flush=True)
    if run.returncode == 0:
        (LINEAGE.parent.parent / "directory").write_text(os.environ["DIRECTORY"])
        return None
    return reason([line.strip() for line in run.stdout.splitlines() if line.strip()])


def reason(lines):
    """The line of Certbot's output that tells most: what the ACME server said, else the error."""
    detail = [line for line in lines if "Detail:" in line]
    # "An unexpected error occurred:" is no reason: that is on the next line.
    error = [line for line in lines if "rror" in line and not line.endswith(":")]
    return (detail or error or lines or ["certbot failed"])[0]


def publish():
    """Chain and key in one file, replaced in one step: Nginx never sees half of them."""
    pem = (LINEAGE / "fullchain.pem").read_bytes() + (LINEAGE / "privkey.pem").read_bytes()
    if SERVED.exists() and SERVED.read_bytes() == pem:
        return
    replace(SERVED, pem, 0o400)
    print("published the certificate", flush=True)


def replace(path, content, mode):
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.replace(name, path)


def report(problem):
    status = {"domains": DOMAINS, "directory": os.environ["DIRECTORY"], "at": int(time.time()), "problem": problem}
    if not problem:
        status["until"] = int(lifetime((LINEAGE / "fullchain.pem").read_bytes())[1])
    replace(STATUS, json.dumps(status).encode(), 0o444)


def patience(failures):
    """Seconds to the next attempt: soon after the first failure, then ever later, but in time where a lifetime is short."""
    try:
        begin, end, _ = lifetime((LINEAGE / "fullchain.pem").read_bytes())
        longest = max(5, (end - begin) / 10)
    except (OSError, ValueError):
        longest = 3600
    return min(60 * 2 ** min(failures, 6), 3600, longest)


def wait(seconds):
    end = time.time() + seconds
    while time.time() < end:
        HEARTBEAT.touch()
        time.sleep(max(0, min(30, end - time.time())))


def main():
    # The first process of a container is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    failures = 0
    while True:
        due = renewal()
        problem = obtain() if due <= time.time() else None
        if problem:
            failures += 1
            print(f"no certificate: {problem}", file=sys.stderr, flush=True)
        else:
            failures = 0
            publish()
        report(problem)
        # Twice a day; sooner where a lifetime is short.
        wait(patience(failures) if problem else min(HALF_A_DAY, max(5, renewal() - time.time())))


if __name__ == "__main__":
    main()

"""Asks the application for its health the way Nginx would: python health.py URL HOST

SOCLE_HEALTH_WAIT: seconds to wait for one that does not listen yet; default 0.
"""
import os
import sys
import time
import urllib.error
import urllib.request


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: where it leads to, somebody else may answer, such as the release that serves."""

    def redirect_request(self, *_):
        return None


url, host = sys.argv[1:]
# A proxy of the environment is for what is outside this container.
opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))
# Host and scheme are those of the site, or ALLOWED_HOSTS and the redirect to HTTPS would answer instead.
request = urllib.request.Request(url, headers={"Host": host, "X-Forwarded-Proto": "https"})
end = time.monotonic() + float(os.environ.get("SOCLE_HEALTH_WAIT", 0))
while True:
    try:
        with opener.open(request, timeout=8) as answer:
            print(answer.status, answer.read(300).decode(errors="replace"))
            sys.exit(0 if answer.status == 200 else 1)
    except urllib.error.HTTPError as error:
        print(error.code, error.read(300).decode(errors="replace"))
    except OSError as error:
        starting = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
        if starting and time.monotonic() < end:
            time.sleep(0.1)
            continue
        print(error)
    sys.exit(1)

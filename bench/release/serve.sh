#!/bin/sh
# The web server of the sample site, with the words that Socle starts it with.
exec uvicorn core.asgi:application --host=0.0.0.0 --port=8000 --workers=2 --timeout-graceful-shutdown=25 \
  --proxy-headers --forwarded-allow-ips='*'

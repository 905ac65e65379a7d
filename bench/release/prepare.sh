#!/bin/sh
# Migrations, static files and the single-page application of the image that it runs in.
set -eu
python manage.py migrate --noinput
python manage.py collectstatic --noinput --verbosity=0
cp -R /app/spa/. /srv/frontend/

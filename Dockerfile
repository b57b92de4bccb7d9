# The image of the API. The first stage builds a virtual environment from hash-checked wheels; the second carries that
# environment and nothing else, runs as an unprivileged user and keeps a SQLite database, if one is used, in /data.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv --without-pip /venv
WORKDIR /src
# The dependencies form a layer of their own, rebuilt only when the lock changes.
COPY requirements.txt ./
RUN pip --python /venv/bin/python install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY migrations ./migrations
COPY seed_data ./seed_data
RUN pip --python /venv/bin/python install --no-deps . \
    && /venv/bin/claimbook --version

FROM python:3.13-slim
RUN groupadd --gid 10001 claimbook \
    && useradd --uid 10001 --gid claimbook --no-create-home --home-dir /data --shell /usr/sbin/nologin claimbook \
    && install --directory --owner claimbook --group claimbook /data
COPY --from=build /venv /venv
ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
WORKDIR /data
# By number, so that a platform which refuses root can see that this is not root.
USER 10001:10001
EXPOSE 8000
# Straight to this process: a proxy in the environment must not answer for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["claimbook"]
CMD ["serve", "--host", "0.0.0.0"]

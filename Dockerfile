# syntax=docker/dockerfile:1
# Two stages: what builds stays behind. Versions and hashes are those of the locks.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock requirements-run.lock ./
RUN python -m venv /app && /app/bin/pip install --require-hashes --no-deps -r requirements-run.lock \
 && python -m venv /build && /build/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY streams streams
COPY sinks sinks
COPY throughline throughline
RUN /build/bin/python -m hatchling build --target wheel --directory /wheels \
 && /app/bin/pip install --no-deps /wheels/*.whl \
 && /app/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN groupadd --system --gid 10001 throughline \
 && useradd --system --uid 10001 --gid throughline --home-dir /data --create-home throughline
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 THROUGHLINE_DATA_DIR=/data THROUGHLINE_LAKE_DIR=/data/lake
USER throughline
WORKDIR /data
VOLUME /data
ENTRYPOINT ["throughline"]
CMD ["--help"]

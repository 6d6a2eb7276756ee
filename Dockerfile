# Builds the program with the Swift toolchain, and ships it on a bare Debian 12 with the libraries that it links.
#
#   docker build -t lilypad-relayer .
#   docker run -v relayer-data:/var/lib/lilypad-relayer -v ./relayer.yaml:/etc/lilypad-relayer/relayer.yaml:ro lilypad-relayer

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libsecp256k1-dev libsqlite3-dev libssl-dev libyaml-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift .
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product lilypad-relayer \
    && strip -o /lilypad-relayer "$(swift build -c release --static-swift-stdlib --show-bin-path)/lilypad-relayer"

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libsecp256k1-1 libsqlite3-0 libssl3 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/lilypad-relayer --create-home lilypad-relayer
COPY --from=build /lilypad-relayer /usr/local/bin/lilypad-relayer
USER 10001:10001
# The database; the file's directory has to be writable, SQLite keeps its log beside it.
VOLUME /var/lib/lilypad-relayer
WORKDIR /var/lib/lilypad-relayer
# In the settings a relative path starts at their own folder, which is not to be written to.
ENV LILYPAD_DATABASE=/var/lib/lilypad-relayer/relayer.sqlite
# A crash report would hold registers of a process that holds a key.
ENV SWIFT_BACKTRACE=enable=no
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["/usr/local/bin/lilypad-relayer", "status", "--check", "--config", "/etc/lilypad-relayer/relayer.yaml"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/lilypad-relayer"]
CMD ["run", "--config", "/etc/lilypad-relayer/relayer.yaml"]

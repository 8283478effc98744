# syntax=docker/dockerfile:1

# The builder and the runtime are of one Debian release, so that the binary finds the C library it was linked with.
FROM rust:1.95.0-trixie AS build
# The image's own toolchain, instead of fetching the components that rust-toolchain.toml names for developers.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /src
COPY . .
# Dependencies stay in the cache between builds. First-party crates are always rebuilt (`touch`): Cargo compares times,
# and the sources of an older checkout would pass for built when a newer one was built before it.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    find crates migration tests xtask -name '*.rs' -exec touch {} + \
    && cargo build --release --locked --bin ashlar \
    && install -D --mode=0755 target/release/ashlar /out/ashlar

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Ashlar" \
      org.opencontainers.image.description="The API server" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"

# Certificates for outbound HTTPS. Their version is Debian's affair: the newest is the right one.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 ashlar \
    && useradd --uid 10001 --gid ashlar --no-create-home --home-dir /var/lib/ashlar --shell /usr/sbin/nologin ashlar \
    && install --directory --owner=ashlar --group=ashlar --mode=0750 /var/lib/ashlar

COPY LICENSE LICENSE-APACHE LICENSE-MIT /usr/share/doc/ashlar/
COPY crates/core/assets/redoc/LICENSE crates/core/assets/redoc/redoc.standalone.js.LICENSE.txt /usr/share/doc/ashlar/redoc/
COPY crates/core/assets/swagger-ui/LICENSE crates/core/assets/swagger-ui/NOTICE crates/core/assets/swagger-ui/swagger-ui-bundle.js.LICENSE.txt /usr/share/doc/ashlar/swagger-ui/
COPY --chmod=0755 docker/healthcheck.sh /usr/local/bin/healthcheck
COPY --from=build /out/ashlar /usr/local/bin/ashlar

ENV APP_ENV=production \
    HOST=0.0.0.0
# The only place the server may write to, should it be told to keep a file; otherwise the root can be read-only.
WORKDIR /var/lib/ashlar
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["ashlar"]
CMD ["serve"]

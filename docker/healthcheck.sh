#!/bin/bash
# Exits with 0 when the server in this container is alive: the image's HEALTHCHECK. It is written in bash, which the
# Debian base has anyway, so that the image needs no HTTP client. It writes nothing, so the root may be read-only.
set -euo pipefail

if [[ -n ${TLS_CERT:-} ]]; then
  # bash speaks no TLS: that the port takes a connection is all that can be seen from here.
  exec 3<>"/dev/tcp/127.0.0.1/${PORT:-8443}"
  exit 0
fi

exec 3<>"/dev/tcp/127.0.0.1/${PORT:-8000}"
printf 'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nUser-Agent: healthcheck\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 4 status_line <&3 || exit 1
[[ $status_line == 'HTTP/1.1 200 '* ]]

#!/usr/bin/env bash
# Replaces the documentation pages' third-party files by those of the named npm releases:
#
#     crates/core/assets/update.sh <swagger-ui-dist version> <redoc version>
#
# README.md beside this file says what is changed on the way, and why. Needs npm, tar and GNU sed.
set -euo pipefail

swagger_ui=${1:?swagger-ui-dist version, e.g. 5.35.0}
redoc=${2:?redoc version, e.g. 2.5.4}
assets=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Unpacks one npm release below the scratch folder. npm checks the archive against the registry's checksum.
unpack() {
  mkdir "$scratch/$1"
  tar -xzf "$scratch/$(cd "$scratch" && npm pack --silent "$1@$2")" -C "$scratch/$1" --strip-components=1
}

# Copies files into a folder of the assets, readable by all, whatever their mode in the archive.
take() {
  local folder=$1
  shift
  install -m 0644 "$@" "$assets/$folder/"
}

unpack swagger-ui-dist "$swagger_ui"
cd "$scratch/swagger-ui-dist"
sed -i '\|^//# sourceMappingURL=|d' swagger-ui-bundle.js
sed -i 's|/\*# sourceMappingURL=[^*]*\*/||' swagger-ui.css
take swagger-ui swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css favicon-32x32.png LICENSE NOTICE
echo "$swagger_ui" >"$assets/swagger-ui/VERSION"

unpack redoc "$redoc"
cd "$scratch/redoc/bundles"
sed -i -E '\|^//# sourceMappingURL=|d; s|\\n//# sourceMappingURL=[0-9a-f]+\.worker\.js\.map||' redoc.standalone.js
sed -i 's|https://cdn\.redoc\.ly/redoc/logo-mini\.svg|data:,|' redoc.standalone.js
take redoc redoc.standalone.js redoc.standalone.js.LICENSE.txt ../LICENSE
echo "$redoc" >"$assets/redoc/VERSION"

# A new release may reach for hosts that this script does not know. An address in a text or a link is no harm; the
# test of the pages in a browser is the judge, this only stops what is known to load by itself.
if grep -lE 'cdn\.redoc\.ly|fonts\.(googleapis|gstatic)\.com' "$assets"/*/*.js "$assets"/*/*.css; then
  echo "update.sh: the files above load from an outside host; see README.md" >&2
  exit 1
fi

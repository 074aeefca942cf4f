#!/usr/bin/env bash
# Makes ../console/vendor anew, of the versions in package-lock.json. Needs npm; nothing else of the house does.
# The result is committed, with its hashes: who installs hotline builds nothing, and fetches nothing from npm.
set -euo pipefail
cd "$(dirname "$0")"
out=$(realpath ../console/vendor)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json lit.js jssip.js dagre.js "$work"
cd "$work"
npm ci --no-audit --no-fund --ignore-scripts >/dev/null
rm -rf "$out" && mkdir "$out"
bundle() { npx --no-install esbuild "$@" --minify --format=esm --target=es2022 --legal-comments=none --log-level=warning; }
bundle lit.js --bundle --outfile="$out/lit.js"
bundle jssip.js --bundle --platform=browser --outfile="$out/jssip.js"
bundle dagre.js --bundle --outfile="$out/dagre.js"
bundle node_modules/uplot/dist/uPlot.esm.js --outfile="$out/uplot.js"
cp node_modules/uplot/dist/uPlot.min.css "$out/uplot.css"
for package in jssip debug ms events sdp-transform lit lit-html lit-element @lit/reactive-element uplot @dagrejs/dagre @dagrejs/graphlib; do
    printf '%s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
    find "node_modules/$package" -maxdepth 1 -iname "licen[cs]e*" -exec cat {} +
    printf '\n\n'
done >"$out/LICENSES.txt"
cd "$out" && sha256sum -- * >SHA256SUMS

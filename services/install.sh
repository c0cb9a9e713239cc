#!/usr/bin/env bash
# The packages of the real services that the tests start: SLURM, Swift (S3) and Java from Debian or Ubuntu, Neo4j's jars
# by Maven. Where that is not possible: one line that says why, and exit code 3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=(slurm-wlm munge swift-proxy swift-account swift-container swift-object memcached maven)
java -version >/dev/null 2>&1 || packages+=(openjdk-17-jre-headless)

give_up() { echo "services: $*" >&2; exit 3; }

present() { dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -c '^install ok installed'; }

command -v dpkg-query >/dev/null || give_up "only known how to install on Debian and Ubuntu (there is no dpkg)"
if [ "$(present "${packages[@]}")" -lt "${#packages[@]}" ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || give_up "packages are missing, and apt needs root: run sudo $0"
    as_root=(sudo -n)
  fi
  install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends)
  # Lists that are out of date name packages that are gone.
  "${as_root[@]}" apt-get update --quiet=2 || give_up "apt-get update failed: is there a network?"
  "${as_root[@]}" "${install[@]}" "${packages[@]}" >/dev/null || give_up "apt-get install ${packages[*]} failed"
fi
"$here/neo4j/neo4j.sh" install || give_up "Maven could not fetch Neo4j's jars: is there a network?"
echo "services: installed"

#!/usr/bin/env bash
# A real Neo4j Community server without containers; it needs Java 17 and Maven.
#   neo4j.sh install       its jars, into lib/
#   neo4j.sh credentials   a new password into credentials.env, unless the file is there
#   neo4j.sh up | down     start and stop the server on 127.0.0.1
# Variables: NEO4J_HOME (home/), NEO4J_PORT (7687), NEO4J_CREDENTIALS (credentials.env), NEO4J_HEAP (1g).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${NEO4J_HOME:-$here/home}
credentials=${NEO4J_CREDENTIALS:-$here/credentials.env}
noted=$(sed -n 's#^NEO4J_URI=.*:##p' "$credentials" 2>/dev/null || true)
port=${NEO4J_PORT:-${noted:-7687}}

need() { command -v "$1" >/dev/null || { echo "$1 is missing: $2" >&2; exit 1; }; }

install() {
  [ -e "$here/lib/.complete-$(cksum < "$here/pom.xml" | cut -d' ' -f1)" ] && return
  need mvn "install Maven (Debian: apt install maven)"
  rm -rf "$here/lib"
  # Two groups of jars share file names: they need the group in front.
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$here/lib" -DincludeScope=runtime \
    -Dmdep.prependGroupId=true
  touch "$here/lib/.complete-$(cksum < "$here/pom.xml" | cut -d' ' -f1)"
}

credentials() {
  [ -e "$credentials" ] && return
  mkdir -p "$(dirname "$credentials")"
  (umask 077; {
    echo "# Of this machine's Neo4j server; git ignores this file."
    echo "NEO4J_URI=bolt://127.0.0.1:$port"
    echo "NEO4J_USER=neo4j"
    echo "NEO4J_PASSWORD=$(od -An -N18 -tx1 /dev/urandom | tr -d ' \n')"
    echo "NEO4J_HOME=$home"
  } > "$credentials")
}

prepare() {
  need java "install Java 17 (Debian: apt install openjdk-17-jre-headless)"
  install
  credentials
  mkdir -p "$home"/{conf,data,logs,run}
  ln -sfn "$here/lib" "$home/lib"
  mkdir -p "$home/bin" && cp "$here"/bin/* "$home/bin/"
  sed "s/PORT/$port/" "$here/neo4j.conf" > "$home/conf/neo4j.conf"
  if [ ! -e "$home/data/dbms/auth.ini" ] && [ ! -e "$home/data/databases/system" ]; then
    "$home/bin/neo4j-admin" dbms set-initial-password "$(sed -n 's/^NEO4J_PASSWORD=//p' "$credentials")" >/dev/null
  fi
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

up() {
  prepare
  if ! "$home/bin/neo4j" status >/dev/null && answers; then
    echo "port $port is taken by another program: choose one, NEO4J_PORT=17687 $0 up" >&2
    exit 1
  fi
  "$home/bin/neo4j" start
  for _ in $(seq 600); do
    if answers; then
      echo "Neo4j answers on bolt://127.0.0.1:$port; user and password are in $credentials"
      return
    fi
    "$home/bin/neo4j" status >/dev/null || break
    sleep 0.2
  done
  echo "Neo4j did not start; the end of $home/logs/console.log:" >&2
  tail -n 20 "$home/logs/console.log" >&2
  exit 1
}

down() { [ -x "$home/bin/neo4j" ] && "$home/bin/neo4j" stop || echo "there is no server in $home"; }

case "${1:-}" in
  install | credentials | up | down) "$1" ;;
  *) sed -n '2,6p' "$0" >&2; exit 2 ;;
esac

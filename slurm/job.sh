# What the jobs share; sourced by the .sbatch files, which SLURM copies elsewhere before it runs them.
# Variables that a site sets (docs/cluster.md): KNOCKON_MODULES, KNOCKON_VENV or KNOCKON_IMAGE, KNOCKON_JOBS,
# KNOCKON_INTERFACE, KNOCKON_NAME, KNOCKON_KEEP, KNOCKON_RESTARTS, KNOCKON_GRACE.
set -euo pipefail
root=$SLURM_SUBMIT_DIR
job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+-$SLURM_ARRAY_TASK_ID}
name=${KNOCKON_NAME:-job}-$job
# On a file system that all nodes see, and outside the clone, where DVC would take its dvc.yaml for one of ours.
work=${KNOCKON_JOBS:-$root-jobs}/$name

say() { echo "[$(date +%T)] $*"; }

# Python and DVC by modules and a virtual environment, or out of an Apptainer image.
environment() {
  for module in ${KNOCKON_MODULES:-}; do module load "$module"; done
  if [ -n "${KNOCKON_IMAGE:-}" ]; then
    in_image=(apptainer exec --nv --bind "$root,$work" "$KNOCKON_IMAGE")
  else
    in_image=()
    export PATH="${KNOCKON_VENV:-$root/.venv}/bin:$PATH"
  fi
  # The code of the job's own clone, also where the environment has knockon installed from another one.
  export PYTHONPATH="$work/src${PYTHONPATH:+:$PYTHONPATH}" PYTHONHASHSEED=0 DVC_NO_ANALYTICS=1
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-${SLURM_CPUS_PER_TASK:-1}}
  # The network between nodes, where the first that gloo or NCCL finds is not the right one.
  if [ -n "${KNOCKON_INTERFACE:-}" ]; then
    export GLOO_SOCKET_IFNAME=$KNOCKON_INTERFACE NCCL_SOCKET_IFNAME=$KNOCKON_INTERFACE
  fi
}

# A clone of the job's own, on the cache of the clone that it was submitted from: no two jobs share a lock.
workspace() {
  if [ -e "$work/.ready" ]; then
    say "going on in $work (restart ${SLURM_RESTART_COUNT:-0})"
    # Left by a process that was killed; nobody else works here.
    rm -f "$work/.dvc/tmp/rwlock"
    cd "$work"
    return
  fi
  git -C "$root" diff --quiet HEAD || say "warning: changes that are not committed are not part of this job"
  rm -rf "$work"
  mkdir -p "$(dirname "$work")"
  git clone --quiet "$root" "$work"
  [ ! -e "$root/.dvc/config.local" ] || cp "$root/.dvc/config.local" "$work/.dvc/config.local"
  cd "$work"
  "${in_image[@]}" dvc config --local cache.dir "$("${in_image[@]}" dvc --cd "$root" cache dir)"
  # What has not changed is taken from the cache, not made again.
  "${in_image[@]}" dvc checkout --quiet --allow-missing
  touch .ready && echo /.ready >> .git/info/exclude
  say "working in $work"
}

# Run a command; on USR1 (the end of the wall time comes near) or TERM pass the request on, and requeue the job if the
# command has not finished. DVC and the launchers ignore USR1 and hand that down; a training has a handler of its own,
# saves a checkpoint and ends. What knows no such request is ended after KNOCKON_GRACE seconds, and starts again.
run_and_requeue() {
  local status=0 child
  stopped=
  set -m
  (trap '' USR1; exec "$@") &
  child=$!
  set +m
  trap 'stopped=yes; kill -USR1 -- "-$child" 2>/dev/null || true; say "asked to stop, passed on"
        (sleep "${KNOCKON_GRACE:-60}"; kill -TERM -- "-$child") 2>/dev/null &' USR1 TERM
  # wait returns early at every signal.
  while kill -0 "$child" 2>/dev/null; do status=0; wait "$child" || status=$?; done
  trap - USR1 TERM
  [ "$status" -eq 0 ] && return
  if [ -z "$stopped" ] || [ "${SLURM_RESTART_COUNT:-0}" -ge "${KNOCKON_RESTARTS:-100}" ]; then
    say "failed with status $status; its workspace is kept: $work"
    exit "$status"
  fi
  say "not finished: requeued"
  scontrol requeue "$SLURM_JOB_ID"
  # SLURM ends this script; the job goes on from here when it is started again.
  sleep 600
  exit 1
}

# Set params (-S name=value …) as `dvc exp run -S` does; doing it twice changes nothing.
set_params() {
  [ $# -gt 0 ] || return 0
  "${in_image[@]}" python - "$@" <<'PYTHON'
import sys
from dvc.utils.hydra import apply_overrides

given = sys.argv[1:]
if given[::2] != ["-S"] * (len(given) // 2) or len(given) % 2:
    sys.exit(f"write params as -S name=value, not {' '.join(given)}")
apply_overrides("params.yaml", given[1::2])
PYTHON
}

# What a job does in its workspace before the experiment; a script may have its own.
prepare() { :; }

# One experiment, handed back to the clone that the job was submitted from.
# Not `dvc exp run`: at a restart that would begin by putting back every output as it was before the first start.
experiment() {
  environment
  workspace
  set_params "$@"
  prepare
  run_and_requeue "${in_image[@]}" dvc repro "${targets[@]}"
  "${in_image[@]}" dvc exp save --force --name "$name"
  # Data are in the shared cache already: what is handed back is a git reference.
  "${in_image[@]}" dvc exp push --no-cache origin "$name"
  cd "$root"
  [ -n "${KNOCKON_KEEP:-}" ] || rm -rf "$work"
  say "done: dvc exp show lists $name; dvc exp apply $name fetches it"
}

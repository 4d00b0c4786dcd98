import { DRILL_FILES, DRILL_FOLDERS } from "./job-config";

/**
 * How a drill's temporary server fails, for the agent to read: the script writes SERVER_FAILED when initdb or the
 * server ended, and the server's own messages go to SERVER_LOG.
 */
export const SERVER_FAILED = `${DRILL_FOLDERS.server}/server.failed`;
export const SERVER_LOG = `${DRILL_FOLDERS.server}/server.log`;

/**
 * What runs in the temporary server's container (POSIX sh, in the source's own image, so that the same extensions are
 * there). It waits for the agent's `start`, runs initdb once, and serves until SIGTERM, at which it ends at once, also
 * while it still waits: nothing in this server is worth a clean shutdown.
 */
export const TEMPORARY_SERVER_SCRIPT = `set -u
child=
stop() {
  if [ -n "$child" ]; then
    kill -QUIT "$child"
    (sleep 1; kill -KILL "$child") &
    wait "$child"
  fi 2> /dev/null
  exit 0
}
trap stop TERM INT

# Runs a program and waits for it in a way that a signal can interrupt.
run() {
  "$@" >> "${SERVER_LOG}" 2>&1 &
  child=$!
  wait "$child"
  code=$?
  child=
  return "$code"
}

fail() {
  echo "$1" | tee "${SERVER_FAILED}.new" >&2
  mv "${SERVER_FAILED}.new" "${SERVER_FAILED}"
  tail -n 20 "${SERVER_LOG}" >&2
  exit 1
}

# Reads one argument a line and runs the program with them.
with_arguments() {
  file=$1
  shift
  while IFS= read -r line || [ -n "$line" ]; do
    set -- "$@" "$line"
  done < "$file"
  run "$@"
}

: >> "${SERVER_LOG}"
while [ ! -e "${DRILL_FILES.start}" ]; do
  sleep 0.2 &
  wait "$!"
done
[ ! -e "${DRILL_FILES.data}" ] || fail "${DRILL_FILES.data} is already there: a temporary server starts once, from nothing"
with_arguments "${DRILL_FILES.initdbArguments}" initdb --pgdata="${DRILL_FILES.data}" || fail "initdb ended with exit code $code"
echo "serving on ${DRILL_FILES.socket}"
with_arguments "${DRILL_FILES.postgresArguments}" postgres -D "${DRILL_FILES.data}"
fail "the server ended with exit code $code"
`;

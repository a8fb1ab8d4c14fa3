#!/bin/sh
# A sample heal. It shows what a real one would do, and does none of it.
# The incident is in the environment: QT_INCIDENT_ID, QT_REASONS, QT_ATTEMPT.
set -eu

say() { printf 'heal: %s\n' "$1"; }

say "incident ${QT_INCIDENT_ID:-unknown}: ${QT_REASONS:-no reason given}"
sleep 0.3
say 'would take quantum_executor out of the market: docker pause quantum_executor'
sleep 0.3
say 'would restore the newest base backup into quantum_postgres: pg_restore --create --dbname=postgres /backup/quantum.dump'
sleep 0.3
say 'would have quantum_ai_engine load its features again: docker kill --signal=HUP quantum_ai_engine'
sleep 0.3
say 'would let quantum_executor trade again: docker unpause quantum_executor'
say 'done'

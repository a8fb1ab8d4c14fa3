import { PLACES, UNIT } from '../src/systemd/places.ts';

/**
 * What dpkg runs around a change of the package. An older version would set newer state aside, so a downgrade is refused.
 * The service is restarted by an upgrade if it runs; its drop-ins and state go with `purge` alone.
 */
export function maintainerScripts(
  version: string,
): Readonly<Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>> {
  return {
    preinst: `#!/bin/sh
set -e
if [ "$1" = upgrade ] && dpkg --compare-versions "$2" gt ${version}; then
  echo "quantum-realtime $2 is installed: ${version} would set its state aside. To go back all the same, remove it first." >&2
  exit 1
fi
`,
    postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemd-sysusers quantum-realtime.conf
  systemd-tmpfiles --create quantum-realtime.conf
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart ${UNIT}
  fi
  if [ -z "$2" ]; then
    echo "quantum-realtime is there. Next: sudo quantum-realtime install --report /var/lib/quantum/reports"
  fi
fi
`,
    prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now ${UNIT}
fi
`,
    postrm: `#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rm -rf ${PLACES.state} ${PLACES.cache} ${PLACES.dropIns}
  rmdir --ignore-fail-on-non-empty ${PLACES.settings} 2>/dev/null || true
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
`,
  };
}

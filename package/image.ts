import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The user of the image: nobody's number on most hosts. */
const USER = 10_001;

/**
 * Writes what `docker build` makes a container image from, without any other image: the executable, the libraries that it
 * loads (those of this machine), certificates of authorities, and a Dockerfile. Throws where a library is not found.
 */
export function makeImageContext(executable: string, folder: string): void {
  const root = join(folder, 'root');
  const copy = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(realpathSync(from), join(root, to));
  };
  copy(executable, 'usr/bin/quantum-realtime');
  for (const library of librariesOf(executable)) copy(library, library);
  copy('/etc/ssl/certs/ca-certificates.crt', 'etc/ssl/certs/ca-certificates.crt');
  writeFileSync(join(root, 'etc/passwd'), `qt:x:${USER}:${USER}::/var/lib/quantum-realtime:/sbin/nologin\n`);
  writeFileSync(join(root, 'etc/group'), `qt:x:${USER}:\n`);
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'state/.keep'), '');
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
}

const DOCKERFILE = `FROM scratch
COPY root/ /
COPY --chown=${USER}:${USER} state/ /var/lib/quantum-realtime/
ENV QT_STATE_DIR=/var/lib/quantum-realtime QT_REPORT_DIR=/var/lib/quantum-realtime/reports TMPDIR=/var/lib/quantum-realtime
USER ${USER}:${USER}
VOLUME /var/lib/quantum-realtime
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/quantum-realtime", "status", "--healthy"]
ENTRYPOINT ["/usr/bin/quantum-realtime"]
CMD ["run"]
`;

/** The shared libraries that a program loads, the loader included, as `ldd` finds them. */
function librariesOf(program: string): readonly string[] {
  const found = execFileSync('ldd', [program], { encoding: 'utf8' });
  if (found.includes('not found')) throw new Error(`${program}: ${found}`);
  return [...found.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

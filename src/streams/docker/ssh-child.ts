import { EndpointError } from './endpoint-error.ts';
import type { SshTarget } from './ssh-target.ts';

/**
 * It asks nobody anything, shares no connection with others (so that its life is ours to end), and ends by itself when
 * the other side has been silent for 45 seconds.
 */
const OPTIONS = {
  BatchMode: 'yes',
  ConnectTimeout: '10',
  ControlMaster: 'no',
  ControlPath: 'none',
  ExitOnForwardFailure: 'yes',
  ServerAliveInterval: '15',
  ServerAliveCountMax: '3',
};

/** Arguments for ssh: `before` the host, and what is run over there, if anything. */
export function sshArguments(
  target: SshTarget,
  before: readonly string[],
  command: readonly string[],
): string[] {
  const { host, user, port } = target;
  return [
    ...Object.entries(OPTIONS).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(port === undefined ? [] : ['-p', `${port}`]),
    ...(user === undefined ? [] : ['-l', user]),
    '-T',
    ...before,
    '--',
    host,
    ...command,
  ];
}

/** What ssh needs of our environment: its keys, agent and language, and none of our secrets. */
export function sshEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR'];
  return { ...Object.fromEntries(names.map((name) => [name, env[name]])), LC_ALL: 'C' };
}

const KEYS = 'BatchMode is on, so ssh asks for nothing';

/** What ssh complained of, by its words, and what is to be done. The first that matches. */
const COMPLAINTS: readonly (readonly [RegExp, string, (target: string) => string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'the host shows another key than it used to: somebody may be listening, or it was set up anew',
    (at) => `If it was set up anew: ssh-keygen -R ${at}, then ssh ${at} once, as the user that this runs as.`,
  ],
  [
    /Host key verification failed|No \S+ host key is known/,
    'the key of the host is not known here',
    (at) => `Connect once by hand, as the user that this runs as: ssh ${at} (and compare the key).`,
  ],
  [
    /Permission denied/,
    `the host lets this user in with none of its keys (${KEYS})`,
    (at) => `As the user that this runs as: ssh-copy-id ${at}; a key with a passphrase needs an agent.`,
  ],
  [
    /Could not resolve hostname/,
    'the name of the host is not known',
    () => 'Correct the host, or give it an entry in ~/.ssh/config.',
  ],
  [
    /open failed: connect failed: (?:No such file|Connection refused|open failed)/,
    "no engine that this user may use listens on the host's socket",
    () =>
      'Start Docker over there, let that user use it (its docker group), or name its socket: ssh://user@host/path/of/docker.sock.',
  ],
  [
    /open failed: connect failed: Permission denied|permission denied while trying to connect/i,
    "the user over there may not use the engine's socket",
    () => 'Add that user to the docker group of that host. Mind that whoever is in it is root there.',
  ],
  [
    /docker: (?:command )?not found/,
    'the host forbids forwarding, and has no docker program either',
    () => 'Allow it in sshd_config (AllowStreamLocalForwarding yes), or install the Docker CLI over there.',
  ],
  [
    /Connection refused|Connection timed out|No route to host|Connection (?:closed|reset) by/,
    'the host cannot be reached',
    (at) => `See whether ssh ${at} works, as the user that this runs as.`,
  ],
];

/** The error that people see, of what ssh has written. */
export function sshError({ host, user }: SshTarget, complaint: string): EndpointError {
  const at = user === undefined ? host : `${user}@${host}`;
  const last = complaint.trim().split('\n').at(-1) ?? '';
  const [, reason, remedy] = COMPLAINTS.find(([pattern]) => pattern.test(complaint)) ?? [];
  return new EndpointError(
    `ssh: ${reason ?? (last === '' ? 'the connection has ended' : last)}`,
    remedy?.(at) ?? `See whether ssh ${at} docker version works, as the user that this runs as.`,
  );
}

/** The error of an ssh that could not be started. */
export function sshNotRun(error: Error): EndpointError {
  const isMissing = 'code' in error && error.code === 'ENOENT';
  return new EndpointError(
    isMissing ? 'ssh is not installed' : `ssh cannot be run: ${error.message}`,
    'Install the OpenSSH client (apt-get install openssh-client).',
  );
}

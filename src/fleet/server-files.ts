import { nkeys } from './nats.ts';
import { namesOf, type Stored } from './names.ts';

/** Who is to be let in, and where the server listens. */
export interface ServerPlan {
  readonly fleet: string;
  readonly hosts: readonly string[];
  /** Those of the hosts that may decide as well. */
  readonly deciders: readonly string[];
  /** `ADDRESS:PORT`. Without encryption only an address of this very host. */
  readonly listen: string;
  /** Folder that the server keeps its streams in. */
  readonly store: string;
}

/** A file to be written: its name, its content, and whether it is a secret of one host. */
export interface ServerFile {
  readonly name: string;
  readonly content: string;
  readonly secret: boolean;
}

/** Who makes the streams, and nothing else. */
const ADMIN = 'admin';

/** The server's configuration, and for each host (and for the one who makes the streams) the key that it shows. */
export function serverFiles(plan: ServerPlan): readonly ServerFile[] {
  const keys = [ADMIN, ...plan.hosts].map((who) => {
    const pair = nkeys.createUser();
    return { who, user: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
  });
  const users = keys.map(({ who, user }) => {
    const rights = who === ADMIN ? adminRights() : hostRights(plan.fleet, who, plan.deciders.includes(who));
    return `    # ${who}\n    { nkey: ${user}, permissions: {\n      publish: { allow: ${listed(rights)} }\n      subscribe: { allow: ["_INBOX_${who}.>"] } } }`;
  });
  const config = `# nats-server for the fleet ${plan.fleet}, made by quantum-realtime fleet init.
# ${plan.deciders.length === 0 ? 'Nobody may decide' : `May decide: ${plan.deciders.join(', ')}`}.
listen: "${plan.listen}"
jetstream { store_dir: "${plan.store}" }
${isLocal(plan.listen) ? '' : TLS}authorization {
  users: [
${users.join('\n')}
  ]
}
`;
  return [
    { name: 'nats-server.conf', content: config, secret: false },
    ...keys.map(({ who, seed }) => ({ name: `${who}.nk`, content: `${seed}\n`, secret: true })),
  ];
}

/** Whether an address is one of this very host. */
export function isLocal(listen: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(listen);
}

const TLS = 'tls { cert_file: "server.pem", key_file: "server-key.pem" }\n';

/** What a host may publish: what is its own. A decider may read everybody's and hold the lease. */
function hostRights(fleet: string, host: string, decides: boolean): readonly string[] {
  const names = namesOf(fleet);
  const streams = [names.evidence, names.incidents, names.heartbeats];
  const own = streams.flatMap((stored) => [
    stored.subject(host),
    `$JS.API.DIRECT.GET.${stored.stream}.${stored.subject(host)}`,
  ]);
  if (!decides) return own;
  return [
    ...own,
    ...streams.flatMap(reading),
    ...[names.lease, names.decided].flatMap((bucket) => [
      `$KV.${bucket}.>`,
      `$JS.API.STREAM.INFO.KV_${bucket}`,
      `$JS.API.DIRECT.GET.KV_${bucket}`,
      `$JS.API.DIRECT.GET.KV_${bucket}.>`,
    ]),
  ];
}

function reading({ stream }: Stored): readonly string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    ...['CREATE', 'DELETE', 'INFO', 'MSG.NEXT'].map((what) => `$JS.API.CONSUMER.${what}.${stream}.>`),
  ];
}

function adminRights(): readonly string[] {
  return ['$JS.API.>'];
}

function listed(subjects: readonly string[]): string {
  return `[\n${subjects.map((subject) => `        "${subject}"`).join(',\n')} ]`;
}

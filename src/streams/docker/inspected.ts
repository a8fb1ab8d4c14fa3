import * as z from 'zod';

const moment = z.string().transform((text) => {
  const at = Date.parse(text);
  return Number.isNaN(at) || at < 0 ? 0 : at;
});

const inspection = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: moment,
  Image: z.string().default(''),
  RestartCount: z.number().default(0),
  State: z.object({
    Status: z.string(),
    Restarting: z.boolean().default(false),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.number(),
    StartedAt: moment,
    FinishedAt: moment,
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  Config: z.object({
    Image: z.string().default(''),
    Tty: z.boolean().default(false),
    Labels: z.record(z.string(), z.string()).nullish(),
    Env: z.array(z.string()).nullish(),
  }),
  Mounts: z
    .array(z.object({ Destination: z.string(), Source: z.string().default(''), Name: z.string().optional() }))
    .nullish(),
  HostConfig: z.object({
    RestartPolicy: z.object({ Name: z.string() }).nullish(),
    AutoRemove: z.boolean().default(false),
    LogConfig: z.object({ Type: z.string(), Config: z.record(z.string(), z.string()).nullish() }),
  }),
});

/** What inspect says of a container. Moments in epoch milliseconds, 0 for never. */
export interface Inspected {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Where each is mounted, and what: a path of the host, or the name of a volume. */
  readonly mounts: readonly { readonly path: string; readonly of: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly tty: boolean;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'exited';
  readonly healthy: boolean;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Policy restarts that have been carried out: Docker counts one more while it waits to do the next. */
  readonly restartCount: number;
  /** Name of the restart policy; `no` where there is none. */
  readonly policy: string;
  /** The engine removes it as soon as it ends (`--rm`). */
  readonly autoRemove: boolean;
  readonly driver: string;
  readonly logOptions: Readonly<Record<string, string>>;
}

/** Reads the answer of `/containers/ID/json`; throws what is wrong with it. */
export function parseInspected(json: unknown): Inspected {
  const { Id, Name, Created, Image, RestartCount, State, Config, Mounts, HostConfig } =
    inspection.parse(json);
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    image: Config.Image,
    imageId: Image,
    env: Config.Env ?? [],
    mounts: (Mounts ?? []).map(({ Destination, Source, Name }) => ({
      path: Destination,
      of: Name ?? Source,
    })),
    labels: Config.Labels ?? {},
    tty: Config.Tty,
    state: stateOf(State.Status, State.Restarting),
    healthy: State.Health?.Status !== 'unhealthy',
    createdAt: Created,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    restartCount: State.Restarting ? Math.max(0, RestartCount - 1) : RestartCount,
    policy: policyOf(HostConfig.RestartPolicy?.Name),
    autoRemove: HostConfig.AutoRemove,
    driver: HostConfig.LogConfig.Type,
    logOptions: HostConfig.LogConfig.Config ?? {},
  };
}

function stateOf(status: string, restarting: boolean): Inspected['state'] {
  if (restarting) return 'restarting';
  if (status === 'running' || status === 'paused' || status === 'created') return status;
  return 'exited';
}

/** Docker leaves the name empty where no policy was given. */
function policyOf(name = ''): string {
  return name === '' ? 'no' : name;
}

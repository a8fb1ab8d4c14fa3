import { UsageError } from '../../usage.ts';
import type { InstallRequest } from './drop-ins.ts';
import type { EarlierRequest } from './installed.ts';

/** What this call names: a text, nothing, or that something is to be taken away. Paths are absolute. */
export interface AskedNow {
  readonly user: string | undefined;
  readonly report: string | undefined;
  readonly heal: string | false | undefined;
  readonly config: string | false | undefined;
  readonly webhookFile: string | false | undefined;
  readonly docker: string | false | undefined;
  readonly page?: boolean | undefined;
}

/** What can be taken away again, and the option it is called. */
const OPTIONS = {
  heal: '--heal',
  config: '--config',
  webhookFile: '--webhook-file',
  docker: '--docker',
} as const;

/**
 * What is to be installed: what this call names, and of an earlier installation what it does not; `kept` says the latter
 * in words. Throws a UsageError where no report folder was ever named.
 */
export function wholeRequest(
  asked: AskedNow,
  before: EarlierRequest,
): { readonly request: InstallRequest; readonly kept: readonly string[] } {
  const report = asked.report ?? before.report;
  if (report === undefined)
    throw new UsageError(
      '--report: expected the folder for incident reports, such as --report /var/lib/quantum/reports',
    );
  const chosen = (name: keyof typeof OPTIONS): string | undefined => {
    const now = asked[name];
    return now === false ? undefined : (now ?? before[name]);
  };
  const kept = [
    ...(asked.report === undefined ? [`--report ${report} stays as it was`] : []),
    ...(asked.user === undefined && before.user !== undefined
      ? [`--user ${before.user} stays as it was`]
      : []),
    ...(['heal', 'config', 'webhookFile', 'docker'] as const).flatMap((name) =>
      asked[name] === undefined && before[name] !== undefined
        ? [
            `${OPTIONS[name]} ${before[name]} stays as it was; ${OPTIONS[name].replace('--', '--no-')} takes it away`,
          ]
        : [],
    ),
    ...(asked.page === undefined && before.page === true
      ? ['--page stays as it was; --no-page takes it away']
      : []),
  ];
  return {
    request: {
      user: asked.user ?? before.user ?? 'qt',
      report,
      heal: chosen('heal'),
      config: chosen('config'),
      webhookFile: chosen('webhookFile'),
      docker: chosen('docker'),
      ...((asked.page ?? before.page) === true && { page: true }),
    },
    kept,
  };
}

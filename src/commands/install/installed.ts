import { environmentFile } from '../../systemd/environment-file.ts';
import { type DropIn, dropInFile, PLACES } from '../../systemd/places.ts';
import { type InstallRequest, unquoted } from './drop-ins.ts';
import type { Host } from './host.ts';

/** What an installation was given; what it was not is undefined. */
export type EarlierRequest = { readonly [Name in keyof InstallRequest]-?: InstallRequest[Name] | undefined };

/** What was asked for when the service was installed the last time, read from its drop-ins; nothing without them. */
export function installedRequest(host: Pick<Host, 'read'>): EarlierRequest {
  const found = (name: DropIn, pattern: RegExp): string | undefined => {
    const value = pattern.exec(host.read(dropInFile(name)) ?? '')?.[1];
    return value === undefined ? undefined : unquoted(value);
  };
  const set = (name: DropIn, variable: string): string | undefined =>
    found(name, /^Environment=(.+)$/m)?.replace(`${variable}=`, '');
  return {
    user: found('user', /^User=(.+)$/m),
    report: set('report', 'QT_REPORT_DIR'),
    heal: set('heal', 'QT_HEAL_COMMAND'),
    docker: set('docker', 'QT_DOCKER_HOST'),
    config: found('config', /^ExecStart=\S+ run --config (.+)$/m),
    webhookFile: found('webhook', /^LoadCredential=webhook-url:(.+)$/m),
  };
}

/**
 * The environment that the service would have, as far as it holds settings: `QT_` variables of its environment file, what
 * the drop-ins set, and the webhook that it gets as a credential.
 */
export function serviceEnvironment(request: InstallRequest, host: Pick<Host, 'read'>): NodeJS.ProcessEnv {
  const { report, heal, docker, webhookFile } = request;
  const webhook = webhookFile === undefined ? undefined : host.read(webhookFile)?.trim();
  const set = Object.entries({
    QT_ALERT_WEBHOOK: webhook,
    QT_REPORT_DIR: report,
    QT_HEAL_COMMAND: heal,
    QT_DOCKER_HOST: docker,
  }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), ...environmentFile(host.read(PLACES.environment) ?? '').variables };
}

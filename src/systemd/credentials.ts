import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The credential of the unit that holds the webhook's address. */
const WEBHOOK = 'webhook-url';

/**
 * The environment, with what systemd hands over as a credential (`LoadCredential=webhook-url:FILE`) as the variable
 * that it stands for: `QT_ALERT_WEBHOOK`, unless that is set. A credential is no part of any process's environment.
 */
export function withCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = env['CREDENTIALS_DIRECTORY'] ?? '';
  if (folder === '' || env['QT_ALERT_WEBHOOK'] !== undefined) return env;
  try {
    return { ...env, QT_ALERT_WEBHOOK: readFileSync(join(folder, WEBHOOK), 'utf8').trim() };
  } catch {
    return env;
  }
}

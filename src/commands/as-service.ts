import { printError } from './print.ts';

/**
 * With the service installed, runs the command of this process as the service would, with its user, environment and
 * credentials, and is true; the exit code is then set. For anybody but root it says that these are the settings of the
 * shell, and is false.
 */
export async function asService(): Promise<boolean> {
  const { serviceView } = await import('../doctor/service-view.ts');
  const view = serviceView();
  if (view?.as !== undefined) {
    for (const note of view.notes) printError(`${note}\n`);
    process.exitCode = view.as(process.argv.slice(2));
    return true;
  }
  if (view !== undefined) printError(`${view.note}\n`);
  return false;
}

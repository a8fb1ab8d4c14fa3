const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';

/**
 * The identity of a container, which outlives its id: the same after it has been recreated. It is the container's
 * name, as an operator types it (`quantum_postgres`), with one exception: where Compose made up the name
 * (`shop-web-1`, `shop_web_1`), it is `shop/web`, and `shop/web/2` for the second replica. While Compose replaces
 * a container it gives one of the two a name such as `0123456789ab_shop-web-1`; the prefix is no part of it.
 */
export function identity(name: string, labels: Readonly<Record<string, string>>): string {
  const plain = name.replace(/^\//, '');
  const project = labels[PROJECT];
  const service = labels[SERVICE];
  if (project === undefined || service === undefined) return plain;
  const settled = plain.replace(/^[0-9a-f]{12}_/, '');
  for (const separator of ['-', '_']) {
    const stem = `${project}${separator}${service}${separator}`;
    const replica = settled.startsWith(stem) ? settled.slice(stem.length) : '';
    if (/^\d+$/.test(replica)) return `${project}/${service}${replica === '1' ? '' : `/${replica}`}`;
  }
  return settled;
}

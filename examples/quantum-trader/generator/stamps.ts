const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const iso = (at: number) => new Date(at).toISOString();

/** `2025-12-17T16:06:14.123Z`, as Go and pino's ISO option print it. */
export const isoStamp = iso;
/** `2025-12-17 16:06:14.123 UTC`, PostgreSQL's `%m`. */
export const postgresStamp = (at: number) => `${iso(at).slice(0, 23).replace('T', ' ')} UTC`;
/** `2025-12-17 16:06:14,123`, Python's `asctime`. */
export const pythonStamp = (at: number) => iso(at).slice(0, 23).replace('T', ' ').replace('.', ',');
/** `16:06:14.123`, logback's `%d{HH:mm:ss.SSS}`. */
export const logbackStamp = (at: number) => iso(at).slice(11, 23);
/** `2025/12/17 16:06:14`, nginx's error log. */
export const nginxStamp = (at: number) => iso(at).slice(0, 19).replaceAll('-', '/').replace('T', ' ');

/** `17 Dec 2025 16:06:14.123`, Redis. */
export function redisStamp(at: number): string {
  const [year = '', month = '', day = ''] = iso(at).slice(0, 10).split('-');
  return `${day} ${MONTHS[Number(month) - 1] ?? ''} ${year} ${iso(at).slice(11, 23)}`;
}

/** `17/Dec/2025:16:06:14 +0000`, an access log. */
export function accessStamp(at: number): string {
  const [year = '', month = '', day = ''] = iso(at).slice(0, 10).split('-');
  return `${day}/${MONTHS[Number(month) - 1] ?? ''}/${year}:${iso(at).slice(11, 19)} +0000`;
}

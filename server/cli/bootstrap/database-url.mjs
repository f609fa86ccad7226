/**
 * What mysql2 needs to connect, from mysql://user:password@host:port/database. Of the parameters only `ssl` counts here; others
 * are for other drivers, and mysql2 would complain about them.
 * @param {string} text
 */
export function connectionOptions(text) {
  const url = new URL(text);
  const database = decodeURIComponent(url.pathname.slice(1));
  const ssl = url.searchParams.get('ssl') ?? 'false';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database ? { database } : {}),
    ...(ssl === 'false' || ssl === '0' ? {} : { ssl: {} }),
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
  };
}

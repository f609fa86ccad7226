import { createServer } from 'node:http';
import { createApp } from './app.ts';
import { ConfigFaults, readConfig } from './config.ts';
import { createContainer } from './container.ts';
import { startWork } from './work.ts';

/** Config → container → app → listen; stops gracefully on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig();
  const container = await createContainer(config);
  const { log } = container;
  const server = createServer(createApp(container));
  const work = startWork(container);

  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping');
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
    await work.stop();
    await container.close();
    process.exit(0);
  };
  process.once('SIGINT', () => void stop('SIGINT'));
  process.once('SIGTERM', () => void stop('SIGTERM'));

  server.once('error', (error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE'
        ? `port ${config.port} is in use; choose another: PORT=${config.port + 1} npm start`
        : error.message;
    console.error(`Cannot listen on ${config.host}: ${reason}`);
    process.exit(1);
  });
  if (config.role === 'worker') return void log.info('working');
  server.listen(config.port, config.host, () => log.info({ url: config.baseUrl, role: config.role }, 'serving'));
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigFaults ? error.message : error);
  process.exit(1);
});

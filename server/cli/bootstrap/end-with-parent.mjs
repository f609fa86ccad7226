// Preloaded into the Node processes that the bootstrap starts: when it is killed outright, they must not go on alone,
// holding the port or writing into a database that the next start is mending. What they start in turn is theirs to end.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel && process.ppid === Number(process.env.MARKET_PARENT)) {
  process.on('disconnect', () => process.kill(process.pid, process.env.MARKET_PARENT_END));
  process.channel.unref();
}

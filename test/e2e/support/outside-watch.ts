/**
 * Loaded into a gateway before its own code (`--import`), into each of its threads: prints every name that is
 * looked up, and every address beyond this machine that a socket of Node's is to reach.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { threadId } from 'node:worker_threads';

type Anything = (this: unknown, ...args: unknown[]) => unknown;

const print = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const isHere = (host: string): boolean => /^(127\.|::1$|::ffff:127\.|localhost$|$)/.test(host);

/** Calls `look` with the arguments of each call of `of[name]` before it goes on. */
const watch = (of: object, name: string, look: (args: readonly unknown[]) => void): void => {
  const real = Reflect.get(of, name) as Anything;
  Reflect.set(of, name, function (this: unknown, ...args: unknown[]): unknown {
    look(args);
    return Reflect.apply(real, this, args);
  });
};
const nameIn = ([host]: readonly unknown[]): void => {
  const name = String(host);
  if (net.isIP(name) === 0 && !isHere(name)) print(`outside: ${name}`);
};
const addressIn = (args: readonly unknown[]): void => {
  const address = args.find((arg) => typeof arg === 'string' && net.isIP(arg) !== 0);
  if (typeof address === 'string' && !isHere(address)) print(`outside: ${address}`);
};

watch(dns, 'lookup', nameIn);
watch(dnsPromises, 'lookup', nameIn);
watch(dgram.Socket.prototype, 'send', addressIn);
watch(dgram.Socket.prototype, 'connect', addressIn);
watch(net.Socket.prototype, 'connect', (args) => {
  // Node calls it with an array of what it was called with.
  const first: unknown = args.flat(1)[0];
  if (typeof first !== 'object' || first === null) return;
  const host: unknown = Reflect.get(first, 'host');
  addressIn([host]);
});
syncBuiltinESMExports();
print(`watched: thread ${threadId}`);

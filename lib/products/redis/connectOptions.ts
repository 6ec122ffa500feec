import type { Place, RedisConnection } from './config.ts'
import { type Reader, SharedReads, type SharedReadsOptions } from './sharedReads.ts'
import { tlsOptions } from './tls.ts'

/** It opens when it is told to, and asks nothing of its own. */
const QUIET = {
  Connector: SharedReads,
  lazyConnect: true,
  retryStrategy: () => null,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The ready check is an INFO of its own, and waits while a server loads its data: both are the probes' business.
  enableReadyCheck: false,
  connectTimeout: 5_000,
  connectionName: 'evenkeel',
  disableClientInfo: true,
  // RESP2 passes through every proxy and old server.
  protocol: 2,
} as const

/** What the client library is told of one connection. */
export function connectOptions(place: Place, config: RedisConnection, reader: Reader): SharedReadsOptions {
  return {
    ...QUIET,
    reader,
    ...(place.path === undefined ? { host: place.host, port: place.port } : { path: place.path }),
    db: place.db,
    username: config.username ?? place.username,
    password: config.password ?? place.password,
    ...(place.tls ? { tls: tlsOptions(place, config) } : {}),
  }
}

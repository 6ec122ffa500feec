import type { SharedSetting } from '../../model/record.ts'

type Shared = Pick<SharedSetting, 'unit' | 'among' | 'matters'> & { name: string; live?: false }

const setting = (name: string, more: Partial<Shared> = {}): Shared => ({ name, unit: 'none', among: 'all', matters: false, ...more })
const bytes = { unit: 'bytes' } as const
const matters = { matters: true } as const

/**
 * CONFIG parameters in which the nodes of one group are to agree, because another of them may take over at any time. None of them holds a
 * secret. `matters`: clients notice the difference. Not in here: addresses, files, priorities and whatever else differs by design.
 */
export const SHARED_SETTINGS: readonly Shared[] = [
  setting('maxmemory', { ...bytes, ...matters, among: 'memory' }),
  setting('maxmemory-policy', matters),
  setting('maxmemory-samples'),
  setting('maxmemory-clients'),
  setting('lfu-log-factor'),
  setting('lfu-decay-time'),
  setting('maxclients', { ...matters, unit: 'count' }),
  setting('timeout', matters),
  setting('tcp-keepalive'),
  setting('databases', { ...matters, live: false }),
  setting('notify-keyspace-events', matters),
  setting('client-output-buffer-limit', matters),
  setting('client-query-buffer-limit', bytes),
  setting('proto-max-bulk-len', bytes),
  setting('io-threads', { live: false }),
  setting('hz'),
  setting('dynamic-hz'),
  setting('active-expire-effort'),
  setting('activedefrag'),
  ...['eviction', 'expire', 'server-del', 'user-del', 'user-flush'].map((what) => setting(`lazyfree-lazy-${what}`)),
  setting('slowlog-log-slower-than'),
  setting('latency-monitor-threshold'),
  setting('min-replicas-to-write', matters),
  setting('min-replicas-max-lag', matters),
  setting('repl-backlog-size', bytes),
  setting('repl-timeout'),
  setting('repl-diskless-sync'),
  setting('replica-read-only', matters),
  setting('replica-serve-stale-data', matters),
  setting('replica-ignore-maxmemory'),
  setting('stop-writes-on-bgsave-error', matters),
  // Often replicas alone save.
  setting('save', { among: 'role' }),
  setting('appendonly', { among: 'role' }),
  setting('appendfsync', { among: 'role' }),
  setting('cluster-node-timeout', matters),
  setting('cluster-require-full-coverage', matters),
  setting('cluster-allow-reads-when-down', matters),
  setting('cluster-replica-validity-factor'),
  // Small values are packed up to these: another limit, another size of the same key.
  setting('hash-max-listpack-entries'),
  setting('hash-max-listpack-value'),
  setting('zset-max-listpack-entries'),
  setting('zset-max-listpack-value'),
  setting('set-max-intset-entries'),
  setting('list-max-listpack-size'),
]

import type { NewRecord } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { detached, printable } from '../answers.ts'
import type { Info } from './info.ts'

/** Fields that are words, for pages and advisors; `config/maxmemory-policy` as the `config` probe would name it. */
const FACTS: [field: string, id: string][] = [
  ['redis_mode', 'mode'],
  ['role', 'replication-role'],
  ['os', 'os'],
  ['mem_allocator', 'allocator'],
  ['master_host', 'master-host'],
  ['master_port', 'master-port'],
  ['maxmemory', 'config/maxmemory'],
  ['maxmemory_policy', 'config/maxmemory-policy'],
  ['configured_hz', 'config/hz'],
]

export function infoFacts(info: Info, at: number): NewRecord[] {
  const mode = info.fields.get('redis_mode') ?? info.fields.get('server_mode')
  return FACTS.flatMap(([field, id]) => {
    // Valkey 9.1 has `server_mode` alone.
    const value = field === 'redis_mode' ? mode : info.fields.get(field)
    return value === undefined || value === '' ? [] : [{ kind: 'fact', id, at, value: detached(printable(value.slice(0, 200))) } as const]
  })
}

export type ReplicationRole = 'primary' | 'replica'

/** Undefined: it says neither. */
export const roleOf = (word: string | undefined): ReplicationRole | undefined =>
  word === 'master' ? 'primary' : word === 'slave' ? 'replica' : undefined

/** A primary and its replicas show the same id of their replication stream, through a fail-over too. */
export function replicationOf({ fields }: Info): Pick<TargetFacts, 'replication'> {
  const [id, role] = [fields.get('master_replid') ?? '', roleOf(fields.get('role'))]
  return role && /^[0-9a-f]{40}$/.test(id) ? { replication: { id: detached(id), role } } : {}
}

import type { Pool, PoolServer } from './topology.ts'

type Candidate = Pick<PoolServer, 'state' | 'weightSet' | 'backup'> & Partial<Pick<PoolServer, 'weightEffective'>>

/**
 * Active and passive servers: those that requests go to, once `leaving` are out: up, of a weight, and backups only while nothing else is left.
 * One definition for what is measured, foreseen, placed on a ring and shown: with two definitions a page would contradict a rule. A backup
 * that waits has no weight in force, so that what is set decides there.
 */
export function servingOf<S extends Candidate>(
  { servers, firstBackupOnly }: Pick<Pool, 'firstBackupOnly'> & { servers: readonly S[] },
  leaving: readonly S[] = [],
): S[] {
  const able = servers.filter((server) => isAble(server) && !leaving.includes(server))
  const active = able.filter((server) => !server.backup)
  if (active.length > 0) return active
  return firstBackupOnly ? able.slice(0, 1) : able
}

const isAble = ({ state, weightSet, weightEffective, backup }: Candidate) =>
  state === 'up' && weightSet > 0 && (backup || weightEffective !== 0)

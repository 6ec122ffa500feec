import type { Parsed } from '../../model/product.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import { RECORD_WEIGHT_MAX } from './recordsAsCode.ts'
import type { WeightedName, Zone } from './things.ts'

const READ_ONLY = 'Evenkeel reads records of Route 53 and writes none; it gives the command and Terraform that set the weight'

/** A name with weighted records is a pool, its records are the servers. Pure. */
export function zoneDescribed({ names }: Zone): Parsed {
  const pools = names.map(poolOf)
  const samples = pools.flatMap(({ name: pool, servers }) =>
    servers.flatMap(({ name: server, weightSet, weightEffective }) => [
      { metric: 'pool_weight_set', labels: { pool, server }, value: weightSet },
      { metric: 'pool_weight_effective', labels: { pool, server }, value: weightEffective },
    ]),
  )
  const ttls = pools.flatMap(({ name: pool, ttlMs }) =>
    ttlMs === undefined ? [] : [{ metric: 'pool_ttl_seconds', labels: { pool }, value: ttlMs / 1_000 }],
  )
  return { samples: [...samples, ...ttls], records: [], topology: { pools } }
}

function poolOf({ name, ttl, members }: WeightedName): Omit<Pool, 'target'> {
  // With every weight 0 Route 53 answers with each of them alike.
  const alike = members.every(({ weight }) => weight === 0)
  return {
    name: printable(name.slice(0, 260)),
    algorithm: 'weighted records',
    balances: 'weight',
    can: { weight: { because: READ_ONLY, asCode: true }, state: { because: READ_ONLY }, slowStart: { because: READ_ONLY } },
    weightMax: RECORD_WEIGHT_MAX,
    ...(ttl === null ? {} : { ttlMs: ttl * 1_000 }),
    servers: members.map(({ id, weight, values, checked }, index): PoolServer => {
      const address = printable(values.join(', ').slice(0, 260))
      const inForce = alike ? 1 : weight
      return {
        ...{ name: printable(id.slice(0, 130)), address, id: index + 1, weightSet: weight, weightEffective: inForce, state: 'up' },
        ...(checked ? {} : { detectMs: null }),
      }
    }),
  }
}

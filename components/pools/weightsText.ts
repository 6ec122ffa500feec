import type { PoolView } from '@/lib/model/answers/pool.ts'

type Weighed = Pick<PoolView['servers'][number], 'name' | 'weightSet'>

/** Wanted weights as the address holds them: `10,90`, in the order of the servers; empty where nothing differs. */
export function writeWeights(servers: readonly Weighed[], wanted: ReadonlyMap<string, number>): string {
  const all = servers.map(({ name, weightSet }) => wanted.get(name) ?? weightSet)
  return all.every((weight, i) => weight === servers[i]!.weightSet) ? '' : all.join(',')
}

/** The weights that differ from those in force. A text of another number of servers, or of what is no weight, is of another pool: none. */
export function readWeights(servers: readonly Weighed[], text: string, max: number): Map<string, number> {
  const all = text.split(',')
  const right = all.length === servers.length && all.every((one) => /^\d{1,9}$/.test(one) && Number(one) <= max)
  return new Map(right ? servers.flatMap(({ name, weightSet }, i) => (Number(all[i]) === weightSet ? [] : [[name, Number(all[i])]])) : [])
}

import { infoField } from '../lib/products/redis/info.ts'
import { type RedisServer, redisSay } from '../test/servers.ts'
import { PER_SECOND } from './redisSubject.ts'

/** Where less of the load was sent the machine did something else: such a pair tells nothing. */
const SENT_LEAST = 0.97

/** What is done to one server for a while. */
export type Burden = (ms: number) => Promise<void>
export type Twins = { one: RedisServer; other: RedisServer }
/** By how much a command's CPU time grew (0.01: a percent), with the interval that holds the median of all pairs with 97 % or more. */
export type Grown = { more: number; low: number; high: number; usualUs: number; pairs: string }

/**
 * Two equal servers under equal load at the same time, of which one is burdened, in turns: what else the machine does concerns both, and what the
 * two differ in counts for and against. Null: the load could not be sent.
 */
export async function grown(
  { one, other }: Twins,
  burdens: readonly [one: Burden, other: Burden],
  { pairs: wanted, halfMs }: { pairs: number; halfMs: number },
): Promise<Grown | null> {
  const logs: number[] = []
  const usual: number[] = []
  const most = Math.ceil(wanted * 1.8)
  let tried = 0
  for (; logs.length < wanted && tried < most; tried++) {
    const halves = [await half(burdens[0], [one, other], halfMs), await half(burdens[1], [other, one], halfMs)]
    if (halves.some(({ sent }) => sent < SENT_LEAST)) continue
    logs.push(halves.reduce((sum, { burdened, twin }) => sum + Math.log(burdened / twin), 0) / halves.length)
    usual.push(...halves.map(({ twin }) => twin))
  }
  if (logs.length < wanted) return null
  const sorted = logs.toSorted((a, b) => a - b)
  const left = leftOut(sorted.length)
  const more = (log: number) => Math.exp(log) - 1
  return {
    more: more(middle(sorted)),
    low: more(sorted[left]!),
    high: more(sorted.at(-1 - left)!),
    usualUs: middle(usual.toSorted((a, b) => a - b)),
    pairs: `${logs.length} of ${tried} pairs`,
  }
}

/** How many of so many values may be left out at each end, so that those between hold the median with 97 %: by the binomial law. */
function leftOut(values: number): number {
  let left = 0
  let ways = 1
  for (let outside = 1; ; left++) {
    ways = (ways * (values - left)) / (left + 1)
    outside += ways
    if (2 * outside > 0.03 * 2 ** values) return left
  }
}

const middle = (sorted: readonly number[]) => (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2

/** CPU time per command of each server over one half, while the first is burdened: µs; and the part of the load that was sent. */
async function half(burden: Burden, servers: readonly [burdened: RedisServer, twin: RedisServer], ms: number) {
  const before = await Promise.all(servers.map(usage))
  const began = performance.now()
  await burden(ms)
  const after = await Promise.all(servers.map(usage))
  const [burdened, twin] = after.map(({ cpuUs, commands }, i) => (cpuUs - before[i]!.cpuUs) / (commands - before[i]!.commands))
  const due = (PER_SECOND * (performance.now() - began)) / 1_000
  const sent = Math.min(...after.map(({ commands }, i) => (commands - before[i]!.commands) / due))
  return { burdened: burdened!, twin: twin!, sent }
}

/** CPU time that the server reports, µs, and the commands of its clients. */
export async function usage(server: RedisServer): Promise<{ cpuUs: number; commands: number }> {
  const info = await redisSay(server, 'INFO cpu', 'INFO commandstats')
  const calls = (name: string) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const seconds = Number(infoField(info, 'used_cpu_user')) + Number(infoField(info, 'used_cpu_sys'))
  return { cpuUs: seconds * 1e6, commands: calls('get') + calls('set') }
}

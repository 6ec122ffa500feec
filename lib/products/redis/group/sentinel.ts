import { malformed } from '../../../model/error.ts'
import type { Reading } from '../../../model/series.ts'
import { readings, shown, wordOf } from '../../answers.ts'
import type { RedisClient } from '../client.ts'
import { memberAddress } from '../memberAddress.ts'
import type { Members } from './members.ts'

/** A master and its replicas as one Sentinel knows them (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/). */
export async function askSentinel(client: RedisClient, master: string, signal: AbortSignal): Promise<Members> {
  const own = fieldsOf(await client.call(['SENTINEL', 'MASTER', master], signal), 'SENTINEL MASTER')
  // REPLICAS came with Redis 5; SLAVES is known to all.
  const answer = await client.call(['SENTINEL', 'SLAVES', master], signal)
  if (!Array.isArray(answer)) throw malformed('SENTINEL SLAVES is to answer a list', wordOf(answer))
  const replicas = answer.map((each) => fieldsOf(each, 'SENTINEL SLAVES'))
  const lines = [own, ...replicas].map((fields) => [...fields].map(([name, value]) => `${name}:${value}`).join(' '))
  const first = addressOf(own)
  if (first === null) throw malformed('the master that a Sentinel names has no address', placeIn(own))
  // A replica without one costs itself alone.
  const found = replicas.map(addressOf)
  const unwatched = replicas.filter((_, i) => found[i] === null).map((fields) => `${placeIn(fields)} is no address`)
  return { addresses: [first, ...found.filter((address) => address !== null).sort()], answer: lines.join('\n'), unwatched }
}

/** How many sentinels and replicas there are, and whether the master is thought to be down. */
export function sentinelSamples(answer: string): Reading[] {
  const [master = ''] = answer.split('\n')
  const field = (name: string) => new RegExp(`(?:^| )${name}:(\\S+)`).exec(master)?.[1]
  const { list, add } = readings()
  const count = (name: string) => (/^\d+$/.test(field(name) ?? '') ? Number(field(name)) : undefined)
  const others = count('num-other-sentinels')
  add('redis_sentinel_master_sentinels', others === undefined ? undefined : others + 1)
  add('redis_sentinel_master_slaves', count('num-slaves'))
  add('redis_sentinel_master_status', /_down/.test(field('flags') ?? '') ? 0 : 1)
  return list
}

function fieldsOf(answer: unknown, what: string): Map<string, string> {
  if (!Array.isArray(answer) || answer.length % 2 !== 0 || !answer.every((item) => typeof item === 'string'))
    throw malformed(`${what} is to answer names and values`, shown(answer))
  return new Map(Array.from({ length: answer.length / 2 }, (_, i) => [answer[2 * i] as string, answer[2 * i + 1] as string]))
}

const addressOf = (fields: Map<string, string>) => memberAddress(fields.get('ip') ?? '', fields.get('port'))
const placeIn = (fields: Map<string, string>) => `${fields.get('ip') ?? ''}:${fields.get('port') ?? ''}`.slice(0, 80)

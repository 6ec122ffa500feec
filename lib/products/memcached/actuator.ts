import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { parseStats } from './answer.ts'
import { type MemcachedClient, withMemcached } from './client.ts'
import type { MemcachedConfig } from './config.ts'

const SETTING = 'limit_maxbytes'
const MEGABYTE = 1_048_576
// memcached's own least: one page for each of its slab classes' beginnings.
const LEAST_MEGABYTES = 8
const MOST_MEGABYTES = 8_388_608

const value = z.string().refine(
  (text) => {
    const megabytes = /^[1-9]\d{0,14}$/.test(text) ? Number(text) / MEGABYTE : 0
    return Number.isInteger(megabytes) && megabytes >= LEAST_MEGABYTES && megabytes <= MOST_MEGABYTES
  },
  { message: 'bytes as digits, whole MiB (a multiple of 1048576), at least 8388608' },
)

/** memcached's memory limit, the one setting that changes what it keeps and can be set while it runs. */
export const memcachedActuator: Actuator<MemcachedConfig> = {
  kind: 'memcached',
  settings: [
    {
      pattern: /^limit_maxbytes$/,
      value,
      reversal: 'lossy',
      lost: 'items that were evicted while the memory was lower',
      persistence: 'until memcached restarts, unless its -m says the same',
    },
  ],
  get: (config, names, signal) =>
    withMemcached(config, async (client) => {
      const limit = await live(client, names, signal)
      return Object.fromEntries(names.map((name) => [name, limit]))
    }),
  write: (config, edits, signal) =>
    withMemcached(config, async (client) => {
      for (const edit of edits) {
        const before = await live(client, [edit.name], signal)
        if (before !== edit.expect)
          throw new EvenkeelError('drift', `${SETTING} is ${before}, not ${edit.expect}: another writer has set it`)
        const answer = await client.order(command(edit), signal)
        if (answer !== 'OK') throw refused(edit, answer)
        const after = await live(client, [edit.name], signal)
        if (after !== edit.value) throw new EvenkeelError('drift', `${SETTING} is ${after} after the write, not ${edit.value}`)
      }
    }),
  commands: (_config, edits) => edits.map(command),
}

async function live(client: MemcachedClient, names: string[], signal: AbortSignal): Promise<string> {
  for (const name of names)
    if (name !== SETTING)
      throw new EvenkeelError('not_found', `${JSON.stringify(name.slice(0, 80))} is no setting of memcached: ${SETTING}`)
  const limit = parseStats(await client.stats('stats', signal)).fields.get(SETTING)
  if (limit === undefined) throw new EvenkeelError('not_found', `this memcached does not report its ${SETTING}`)
  return limit
}

function command(edit: Edit): string {
  const checked = value.safeParse(edit.value)
  if (edit.name !== SETTING || !checked.success)
    throw new EvenkeelError('invalid', `${SETTING}: ${checked.error?.issues[0]?.message ?? 'the only setting'}`)
  return `cache_memlimit ${Number(checked.data) / MEGABYTE}`
}

function refused(edit: Edit, answer: string): EvenkeelError {
  if (answer === 'ERROR') return new EvenkeelError('not_allowed', 'this memcached does not know cache_memlimit')
  return new EvenkeelError('invalid', `memcached refuses ${edit.value}: ${answer.slice(0, 200)}`)
}

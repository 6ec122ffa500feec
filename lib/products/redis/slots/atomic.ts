import type { Written } from '../../../model/product.ts'
import { slotList } from '../../../model/slots.ts'
import type { RedisClient } from '../client.ts'
import type { Ends } from './moveSlot.ts'
import { ownerOf, viewOf } from './nodes.ts'

const ENDED = ['success', 'failed', 'cancelled']

/**
 * The move that Valkey 9 does by itself (CLUSTER MIGRATESLOTS): slots are copied like a replica's data and change hands at once, so that none
 * is ever open. Null where the server does not know it or could not do it: then slots move key by key.
 */
export async function moveAtomically(slots: readonly number[], { from, to }: Ends, signal: AbortSignal): Promise<Written | null> {
  const known = await migrationsOf(from.client, signal)
  if (!known) return null
  // One in either direction, begun by this job before it was interrupted or by somebody else, is waited for.
  if (known.some(({ state }) => !ENDED.includes(state ?? ''))) return 'unfinished'
  // Looked at after the list, so that a move that has just ended counts.
  const view = await viewOf(from.client, signal)
  const due = slots.filter((slot) => ownerOf(view, slot)?.id === from.id)
  if (due.length === 0) return slots.filter((slot) => ownerOf(view, slot)?.id === to.id).length
  const ranges = slotList(due)
    .split(',')
    .map((range) => (range.includes('-') ? range : `${range}-${range}`))
  const tried = known.find((one) => one.operation === 'EXPORT' && one.target_node === to.id && one.slot_ranges === ranges.join(' '))
  if (tried?.state === 'failed') return null
  const started = await from.client
    .call(['CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', ...ranges.flatMap((range) => range.split('-')), 'NODE', to.id], signal)
    .then(() => true)
    .catch(() => false)
  return started ? 'unfinished' : null
}

/** CLUSTER GETSLOTMIGRATIONS, the newest first, each as its fields; null where it is not known. */
async function migrationsOf(client: RedisClient, signal: AbortSignal): Promise<Record<string, string>[] | null> {
  const answer = await client.call(['CLUSTER', 'GETSLOTMIGRATIONS'], signal).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ReplyError') return null
    throw error
  })
  if (!Array.isArray(answer)) return null
  return answer.map((row) => {
    const fields = Array.isArray(row) ? row.map(String) : []
    return Object.fromEntries(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? '']] : [])))
  })
}

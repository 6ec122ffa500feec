import { EvenkeelError, malformed } from '../../../model/error.ts'
import { shown } from '../../answers.ts'
import type { Command } from '../client.ts'
import { unavailableBecause } from '../errors.ts'
import type { Node } from './nodes.ts'

/** Keys and bytes that one MIGRATE takes along at most: for so long both servers serve nobody else. */
const BATCH = 100
const BATCH_BYTES = 1_048_576
/** A larger key is not moved: DUMP and RESTORE of it hold both servers for longer than an answer may take. */
const KEY_BYTES_MOST = 16_777_216
/** How long one MIGRATE may stand still before it gives up: within a slice of the job. */
const MIGRATE_MS = 1_000

/** AUTH of MIGRATE: how the sending server logs in to the other. Servers leave it out of their logs. */
export type Login = { username?: string; password?: string }

/**
 * Sends the next keys of an open slot, as many as a batch holds. Answers how many; 0 when the slot is empty. With REPLACE: as long as a key is
 * at the sender, the sender's is the one that is read and written, and a copy at the other is what a MIGRATE that broke off left there.
 */
export async function sendKeys(slot: number, from: Node, to: Node, login: Login, signal: AbortSignal): Promise<number> {
  const keys = await keysIn(slot, from, signal)
  if (keys.length === 0) return 0
  const batch = await batchOf(keys, slot, from, signal)
  await migrate(batch, from, to, ['REPLACE'], login, signal)
  return batch.length
}

export async function keysIn(slot: number, { client }: Node, signal: AbortSignal): Promise<Buffer[]> {
  const keys = await client.callBytes(['CLUSTER', 'GETKEYSINSLOT', slot, BATCH], signal)
  if (!Array.isArray(keys) || !keys.every(Buffer.isBuffer)) throw malformed('CLUSTER GETKEYSINSLOT is to answer [key, …]', shown(keys))
  return keys
}

export async function countIn(slot: number, node: Node, signal: AbortSignal): Promise<number> {
  return Number(
    await node.client.call(['CLUSTER', 'COUNTKEYSINSLOT', slot], signal).catch((error: unknown) => {
      // Without it nobody knows what has moved: that is no refusal of which nothing was written.
      throw new EvenkeelError('invalid', refusedMove(error, node, node).message)
    }),
  )
}

/** The first keys that are not too large together. A key that has gone meanwhile weighs nothing. */
async function batchOf(keys: readonly Buffer[], slot: number, { client, address }: Node, signal: AbortSignal): Promise<Buffer[]> {
  const sizes = await client.pipeline(
    keys.map((key): Command => ['MEMORY', 'USAGE', key]),
    signal,
  )
  const batch: Buffer[] = []
  let bytes = 0
  for (const [i, key] of keys.entries()) {
    const size = typeof sizes[i] === 'number' ? sizes[i] : 0
    if (size > KEY_BYTES_MOST)
      throw new EvenkeelError(
        'not_allowed',
        `Slot ${slot} of ${address} holds a key of ${Math.round(size / 1_048_576)} MiB, which would hold both servers for too long. Split it first.`,
      )
    if (batch.length > 0 && bytes + size > BATCH_BYTES) break
    batch.push(key)
    bytes += size
  }
  return batch
}

/** One MIGRATE. Throws `unreachable` where it may be tried again, `not_allowed` where it may not. */
export async function migrate(
  keys: readonly Buffer[],
  from: Node,
  to: Node,
  options: readonly 'REPLACE'[],
  login: Login,
  signal: AbortSignal,
): Promise<void> {
  const colon = to.address.lastIndexOf(':')
  const host = to.address.slice(0, colon).replace(/^\[|\]$/g, '')
  const command: Command = [
    'MIGRATE',
    host,
    to.address.slice(colon + 1),
    '',
    0,
    MIGRATE_MS,
    ...options,
    ...loginWords(login),
    'KEYS',
    ...keys,
  ]
  try {
    await from.client.callBytes(command, signal)
  } catch (error) {
    throw refusedMove(error, from, to)
  }
}

const loginWords = ({ username, password }: Login): string[] => {
  if (password === undefined) return []
  return username === undefined ? ['AUTH', password] : ['AUTH2', username, password]
}

/** A server's own error as one of ours. The library's holds the command, and so the password: it goes no further. */
export function refusedMove(error: unknown, from: Pick<Node, 'address'>, to: Pick<Node, 'address'>): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const message = error instanceof Error ? error.message.slice(0, 200) : 'no reason given'
  if (/^IOERR/.test(message)) return new EvenkeelError('unreachable', `${from.address} does not reach ${to.address} in time (MIGRATE)`)
  if (/^-?(LOADING|BUSY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN)\b/.test(message)) return new EvenkeelError('unavailable', message)
  // The receiver's own words say more: out of memory, or which command its user may not run.
  const because = /Target instance/.test(message) ? message : (unavailableBecause(message) ?? message)
  return new EvenkeelError('not_allowed', `Slots cannot be moved from ${from.address} to ${to.address}: ${because}`) // biome-ignore format: one line
}

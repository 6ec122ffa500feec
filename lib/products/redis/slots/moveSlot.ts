import type { Command, RedisClient } from '../client.ts'
import { countIn, keysIn, type Login, migrate, refusedMove, sendKeys } from './migrate.ts'
import { isOrFollows, type Node, ownerOf, viewOf } from './nodes.ts'

/** The two ends of a move, how the sender logs in, and the other masters, which are told of it. */
export type Ends = { from: Node; to: Node; login: Login; others: readonly RedisClient[] }

/** `elsewhere`: another node serves it, or somebody else has it open: it is left alone. */
export type Moved = 'moved' | 'unfinished' | 'elsewhere'

/**
 * A slot's move by the protocol of the Cluster specification: IMPORTING at the receiver, MIGRATING at the sender, its keys in batches, then NODE
 * at the receiver, the sender and the others. It may end between any two commands and is taken up again from what both ends say; a slot that
 * was left half-way in the other direction is brought to that end first, because only so no key is out of reach for a moment.
 */
export async function moveSlot(slot: number, ends: Ends, until: number, signal: AbortSignal): Promise<Moved> {
  const { from, to } = ends
  const [fromOpen, toOpen] = [openAt(from, slot), openAt(to, slot)]
  const fromOwner = ownerOf(from.view, slot)?.id
  // A receiver learns of no new owner of a slot that it imports: when the sender fails over it knows of none, and serves nothing at all.
  const orphaned = toOpen?.way === 'importing' && ownerOf(to.view, slot) === undefined
  const toOwner = orphaned ? from.id : ownerOf(to.view, slot)?.id
  if ((fromOpen && !isOrFollows(fromOpen.node, to)) || (toOpen && !isOrFollows(toOpen.node, from))) return 'elsewhere'
  if (fromOwner === from.id && toOwner === from.id) {
    if (fromOpen?.way === 'importing' || toOpen?.way === 'migrating') return 'elsewhere'
    if (orphaned) await setSlot(to, ['NODE', from.id], slot, ends)
    // Since a fail-over it may be open with the node that was there before.
    if (toOpen?.node !== from.id) await setSlot(to, ['IMPORTING', from.id], slot, ends)
    if (fromOpen?.node !== to.id) await setSlot(from, ['MIGRATING', to.id], slot, ends)
    while ((await sendKeys(slot, from, to, ends.login, signal)) > 0) if (performance.now() > until) return 'unfinished'
    return close(slot, ends, signal)
  }
  if (toOwner !== to.id) return 'elsewhere'
  if (toOpen?.way === 'migrating' || fromOpen?.way === 'importing') {
    await turnAround(slot, ends, until, signal)
    return 'unfinished'
  }
  // The receiver has it already; the sender may not have been told.
  return fromOpen || fromOwner !== to.id ? close(slot, ends, signal) : 'moved'
}

const openAt = ({ view }: Node, slot: number) => view.self.open.find((one) => one.slot === slot)

async function setSlot(at: Node, words: readonly string[], slot: number, { from, to }: Ends): Promise<void> {
  const command: Command = ['CLUSTER', 'SETSLOT', slot, ...words]
  await at.client.call(command, AbortSignal.timeout(SETSLOT_MS)).catch((error: unknown) => {
    throw refusedMove(error, from, to)
  })
}

/** Of its own, so that a slice that is over does not cut the move between two nodes. */
const SETSLOT_MS = 1_000

/** The receiver first: from then on it answers for the slot, whatever the others still believe. */
async function close(slot: number, ends: Ends, signal: AbortSignal): Promise<Moved> {
  const { from, to, others } = ends
  await setSlot(to, ['NODE', to.id], slot, ends)
  // A key was written at the last moment, by a script that had begun before.
  if ((await countIn(slot, from, signal)) > 0) return 'unfinished'
  await setSlot(from, ['NODE', to.id], slot, ends)
  // They learn it by gossip too: this only saves clients a redirection.
  await Promise.allSettled(
    others.map((client) => client.call(['CLUSTER', 'SETSLOT', slot, 'NODE', to.id], AbortSignal.timeout(SETSLOT_MS))),
  )
  return 'moved'
}

/** A slot that `to` serves and that is half-way to `from`: closed where no key has moved, else first moved there whole. */
async function turnAround(slot: number, { from, to, login, others }: Ends, until: number, signal: AbortSignal): Promise<void> {
  const back = { from: to, to: from, login, others }
  if ((await countIn(slot, from, signal)) === 0) return stable(slot, back)
  await moveSlot(slot, back, until, signal)
}

/** Closes a slot of which no key has moved. */
async function stable(slot: number, ends: Ends): Promise<void> {
  await setSlot(ends.from, ['STABLE'], slot, ends)
  await setSlot(ends.to, ['STABLE'], slot, ends)
}

/** After a refusal: closes the slot if no key of it has moved. Answers whether it is as it was. */
export async function closeUntouched(slot: number, ends: Ends, signal: AbortSignal): Promise<boolean> {
  if ((await countIn(slot, ends.to, signal)) > 0) return false
  const open = await Promise.all([ends.from, ends.to].map(async ({ client }) => (await viewOf(client, signal)).self.open))
  // Where it was never opened there may be no right to close it either.
  if (open.flat().some((one) => one.slot === slot)) await stable(slot, ends)
  return true
}

/**
 * Takes the keys of a half-moved slot of a cache back to the sender that still serves it, where the receiver takes no more. What was written
 * anew at the sender meanwhile is newer and stays; for a moment those that had moved are misses.
 */
export async function takeBack(slot: number, ends: Ends, until: number, signal: AbortSignal): Promise<Moved> {
  const { from, to, login } = ends
  await setSlot(from, ['STABLE'], slot, ends)
  for (;;) {
    const keys = await keysIn(slot, to, signal)
    if (keys.length === 0) break
    for (const key of keys)
      await migrate([key], to, from, [], login, signal).catch(async (error: unknown) => {
        if (!(error instanceof Error) || !/BUSYKEY/.test(error.message)) throw error
        await to.client.pipeline([['ASKING'], ['UNLINK', key]], signal)
      })
    if (performance.now() > until) return 'unfinished'
  }
  await setSlot(to, ['STABLE'], slot, ends)
  return 'moved'
}

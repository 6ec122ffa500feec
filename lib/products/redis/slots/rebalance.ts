import { count } from '../../../format/format.ts'
import { EvenkeelError } from '../../../model/error.ts'
import type { Edit, LongWork, Written } from '../../../model/product.ts'
import { type Owners, readOwners, readSlotsName, slotList } from '../../../model/slots.ts'
import type { RedisConfig } from '../config.ts'
import { infoField } from '../info.ts'
import { type Vitals, vitalsOf } from '../vitals.ts'
import { moveAtomically } from './atomic.ts'
import { refusedMove } from './migrate.ts'
import { closeUntouched, type Ends, moveSlot, takeBack } from './moveSlot.ts'
import { loginOf, Nodes, ownerOf } from './nodes.ts'

/** Slots of one slice. */
const SLOTS_A_SLICE = 16
/** How long one slice works before it lets others in. */
const WORK_MS = 150
/** The rest of one core is the applications'. */
const CPU_MOST = 0.8
/** An answer that takes longer waits behind others. */
const SLOW_MS = 50
/** One that has not answered for so long may have failed. */
const ANSWER_MS = 1_000
/** Its effect is measured for so long once all slots have moved. */
const SETTLE_MS = 60_000
/** What it took is kept for a roll-back for so long. */
const UNDO_MS = 7 * 86_400_000

export type Move = { slot: number; from: string; to: string }

/** The slots of a step and who is to serve each, before and after. */
function movesOf(edit: Edit): Move[] {
  const slots = readSlotsName(edit.name) ?? []
  const [before, after] = [readOwners(edit.expect, slots), readOwners(edit.value, slots)]
  if (slots.length === 0 || !before || !after)
    throw new EvenkeelError('invalid', `${edit.name.slice(0, 80)} names no slots and their nodes.`)
  return slots.map((slot) => ({ slot, from: before.get(slot)!, to: after.get(slot)! })).filter(({ from, to }) => from !== to)
}

/**
 * The order of work: a slice of each receiver in turn. A plan takes turns slot by slot, and slots that a server moves together (CLUSTER
 * MIGRATESLOTS) have one receiver.
 */
export function inSlices(moves: readonly Move[]): Move[] {
  const pairs = [...Map.groupBy(moves, ({ from, to }) => `${from} ${to}`).values()]
  const most = Math.max(0, ...pairs.map(({ length }) => length))
  const turns = Array.from({ length: Math.ceil(most / SLOTS_A_SLICE) }, (_, i) => i * SLOTS_A_SLICE)
  return turns.flatMap((at) => pairs.flatMap((pair) => pair.slice(at, at + SLOTS_A_SLICE)))
}

/** Who serves these slots now. Throws `not_found` where this is no node of a Cluster or one is served by nobody. */
export async function ownersNow(config: RedisConfig, slots: readonly number[], signal: AbortSignal): Promise<Owners> {
  const nodes = new Nodes(config)
  try {
    const view = await nodes.entry(signal)
    return new Map(
      slots.map((slot) => {
        const address = ownerOf(view, slot)?.address
        if (!address) throw new EvenkeelError('not_found', `No node whose address is known serves slot ${slot}.`)
        return [slot, address]
      }),
    )
  } finally {
    await nodes.close()
  }
}

/** Moves slots between masters of a Cluster. An edit's name is the slot, its values are addresses. */
export function rebalance(config: RedisConfig, edit: Edit): LongWork {
  const moves = movesOf(edit)
  const ordered = inSlices(moves)
  const masters = [...new Set(moves.flatMap(({ from, to }) => [from, to]))]
  const nodes = new Nodes(config, masters)
  const login = loginOf(config)
  const began = Date.now()
  const vitals = new Map<string, Vitals>()
  let current = ordered[0]!
  let atomic: boolean | undefined
  /** Slots whose keys come back to their sender, from which on they are not sent again. */
  const comingBack = new Set<number>()

  /** The master that serves what one that has failed served; null while it has not, or is not replaced. */
  const successorOf = (address: string, signal: AbortSignal) => {
    const slots = moves.filter(({ from, to }) => from === address || to === address).map(({ slot }) => slot)
    return nodes.successor(address, slots, masters, signal)
  }

  /** What was planned for one server is not done with another, its heir since a fail-over; but back to it, and closed with it, is what it left. */
  async function endsOf({ slot, from, to }: Move, signal: AbortSignal): Promise<Ends> {
    const forward = moves.some((move) => move.slot === slot && move.from === from)
    const node = (address: string) =>
      (forward ? nodes.node(address, signal) : nodes.heir(address, signal)).catch(async (error: unknown) => {
        const heir = await successorOf(address, signal).catch(() => null)
        if (!heir) throw error
        if (forward)
          throw new EvenkeelError(
            'not_allowed',
            `${address} has failed, and ${heir.address} took its place (a fail-over): the job ends, and what it has moved comes back.`,
          )
        return heir
      })
    const [sender, receiver] = [await node(from), await node(to)]
    for (const { view, address } of [sender, receiver])
      if (!view.self.master)
        throw forward
          ? new EvenkeelError('not_allowed', `${address} is a replica now (a fail-over): the job ends, and what it has moved comes back.`)
          : new EvenkeelError('unavailable', `${address} is a replica now, and takes and gives no slots.`)
    const others = sender.view.nodes.filter(
      ({ id, master, failed, strange }) => master && !failed && !strange && id !== sender.id && id !== receiver.id,
    )
    return { from: sender, to: receiver, login, others: others.map(({ address }) => nodes.client(address!)) }
  }

  /** Whether a node has lost its place to another, and why it should be left alone just now. */
  async function stateOf(address: string, signal: AbortSignal): Promise<{ replaced: boolean; busy: string | null }> {
    const client = nodes.client(address)
    const asked = performance.now()
    const turn = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const answers = await client.pipeline([['INFO'], ['CLUSTER', 'INFO']], turn).catch(async (error: unknown) => {
      if (await successorOf(address, signal).catch(() => null)) return null
      throw error
    })
    if (!answers) return { replaced: true, busy: null }
    const [info, cluster] = answers
    const took = Math.round(performance.now() - asked)
    const seen = vitalsOf(String(info), performance.now(), vitals.get(address) ?? null, { has: () => false })
    vitals.set(address, seen)
    const replaced = infoField(String(info), 'role') === 'slave'
    if (!(cluster instanceof Error) && !/cluster_state:ok/.test(String(cluster)))
      return { replaced, busy: `the cluster is not whole, as ${address} sees it` }
    if (seen.cpu !== null && seen.cpu > CPU_MOST) return { replaced, busy: `${address} uses ${Math.round(seen.cpu * 100)} % of its core` }
    return { replaced, busy: took > SLOW_MS ? `${address} takes ${took} ms to answer` : null }
  }

  /** Moves slots until the time of a slice is over; answers how many are where they are to be, of those that are not left alone. */
  async function sitting(edits: readonly Edit[], ends: Ends, signal: AbortSignal): Promise<Written> {
    const until = performance.now() + WORK_MS
    let moved = 0
    for (const { name } of edits) {
      const slot = Number(name)
      const takenBack = () => takeBack(slot, { ...ends, from: ends.to, to: ends.from }, until, signal)
      const move = comingBack.has(slot) ? takenBack() : moveSlot(slot, ends, until, signal)
      const done = await move.catch(async (thrown: unknown) => {
        const error = refusedMove(thrown, ends.from, ends.to)
        if (error.code !== 'not_allowed') throw error
        const back = ownerOf(ends.to.view, slot)?.id === ends.to.id
        // Half-way to a server that takes no more: its keys come back instead.
        if (back && config.role === 'cache') {
          comingBack.add(slot)
          return takenBack()
        }
        const untouched = !back && (await closeUntouched(slot, ends, signal).catch(() => false))
        // What has moved is to be moved back, so its undo must stay.
        throw untouched && moved === 0 ? error : new EvenkeelError('invalid', error.message)
      })
      if (done === 'unfinished') return 'unfinished'
      if (done === 'moved') {
        comingBack.delete(slot)
        moved++
      }
      if (performance.now() > until && name !== edits.at(-1)!.name) return 'unfinished'
    }
    return moved
  }

  return {
    title: `Move ${count(moves.length)} slots off ${[...new Set(moves.map(({ from }) => from))].join(', ')}`,
    effect: { from: began, to: began + 86_400_000 },
    settleMs: SETTLE_MS,
    undoableUntil: began + UNDO_MS,
    async busy(signal) {
      const states = [await stateOf(current.from, signal), await stateOf(current.to, signal)]
      // The job ends by it, and what is half-way is closed: waiting would leave it open.
      if (states.some(({ replaced }) => replaced)) return null
      return states.find(({ busy }) => busy !== null)?.busy ?? null
    },
    async look(cursor, signal) {
      // A job of an older version goes on in the order of the list.
      const list = cursor === null || cursor.startsWith('s') ? ordered : moves
      const at = Number(cursor?.replace('s', '') ?? 0)
      const first = list[at]
      if (!first) return { edits: [], cursor: null, progress: 1 }
      current = first
      const ends = await endsOf(first, signal)
      let next = at
      const edits: Edit[] = []
      while (next < list.length && next < at + SLOTS_A_SLICE) {
        const { slot, from, to } = list[next]!
        if (from !== first.from || to !== first.to) break
        next++
        // One that has moved already, or is somebody else's by now, is passed by.
        if (ownerOf(ends.from.view, slot)?.id === ends.from.id) edits.push({ name: `${slot}`, expect: from, value: to })
      }
      return { edits, cursor: next === list.length ? null : `${list === ordered ? 's' : ''}${next}`, progress: next / list.length }
    },
    async write(edits, signal) {
      const { expect: from, value: to } = edits[0]!
      current = { slot: Number(edits[0]!.name), from, to }
      const ends = await endsOf(current, signal)
      const slots = edits.map(({ name }) => Number(name))
      if (atomic !== false) {
        const done = await moveAtomically(slots, ends, signal)
        atomic = done !== null
        if (done !== null) return done
      }
      return sitting(edits, ends, signal)
    },
    close: () => nodes.close(),
  }
}

/** What is sent for a step, for people to read. */
export function rebalanceCommands(edit: Edit): string[] {
  const pairs = Map.groupBy(movesOf(edit), ({ from, to }) => `${from} ${to}`)
  return [...pairs.values()].flatMap((moves) => {
    const { from, to } = moves[0]!
    const colon = to.lastIndexOf(':')
    return [
      `# ${from} to ${to}, each SLOT of ${slotList(moves.map(({ slot }) => slot))}; on Valkey 9: CLUSTER MIGRATESLOTS SLOTSRANGE SLOT SLOT NODE ID-OF-RECEIVER on ${from}`,
      `${to}> CLUSTER SETSLOT SLOT IMPORTING ID-OF-SENDER`,
      `${from}> CLUSTER SETSLOT SLOT MIGRATING ID-OF-RECEIVER`,
      `${from}> CLUSTER GETKEYSINSLOT SLOT 100`,
      `${from}> MIGRATE ${to.slice(0, colon)} ${to.slice(colon + 1)} "" 0 1000 REPLACE KEYS KEY …`,
      `${to}, ${from} and the other masters> CLUSTER SETSLOT SLOT NODE ID-OF-RECEIVER`,
    ]
  })
}

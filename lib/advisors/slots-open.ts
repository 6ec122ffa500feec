import { count, safe } from '../format/format.ts'
import type { Advisor } from '../model/detector.ts'
import type { OpenSlotFact } from '../model/slots.ts'
import type { TargetFacts } from '../model/topology.ts'

/** The commands of so many slots are written out; the others go the same way. */
const SHOWN = 3

/** The commands that close slots which were left open. A person sends them: whether something is still moving them cannot be seen from here. */
export const slotsOpen: Advisor = {
  id: 'slots-open',
  title: 'Close the slots',
  answers: ['cache/slots-open'],
  spanMs: 60_000,
  propose(finding, _window, topology) {
    const facts = topology.targets.find(({ name }) => name === finding.subject.target)
    const open = facts?.cluster?.open
    if (!facts || !open || open.length === 0) return null
    const nodes = topology.targets.filter(({ cluster }) => cluster?.id === facts.cluster!.id)
    const first = [...open].sort((a, b) => b.ms - a.ms).slice(0, SHOWN)
    const lines = [
      'If nothing moves these slots any more (redis-cli --cluster, an operator), close them. `redis-cli --cluster fix HOST:PORT` does the same for all of them at once.',
      ...first.flatMap((slot) => closing(slot, facts, nodes)),
    ]
    if (open.length > SHOWN) lines.push(`The other ${count(open.length - SHOWN)} slots go the same way.`)
    return { none: lines.join('\n') }
  },
}

/** What closes one slot, by what both ends say of it. */
function closing(slot: OpenSlotFact, facts: TargetFacts, nodes: readonly TargetFacts[]): string[] {
  const [here, there] = [placeOf(facts), { id: slot.node, address: slot.address ?? slot.node }]
  const other = nodes.find(({ cluster }) => cluster?.node === slot.node)
  const answered = other?.state === 'up' ? other.cluster : undefined
  const [from, to] = slot.way === 'migrating' ? [here, there] : [there, here]
  const both = answered?.open?.some((one) => one.slot === slot.slot && one.way !== slot.way)
  if (!both && slot.way === 'migrating' && answered)
    return [
      `# Slot ${slot.slot}: ${to.address} does not import it, so no key of it has moved. On ${from.address}:`,
      `CLUSTER SETSLOT ${slot.slot} STABLE`,
    ]
  const rest = [
    `# On ${from.address}, until the first answers none:`,
    `CLUSTER GETKEYSINSLOT ${slot.slot} 100`,
    `MIGRATE ${hostPort(to.address)} "" 0 5000 REPLACE KEYS KEY [KEY ...]`,
    `# Then on ${to.address}, and after it on ${from.address} and on the other masters:`,
    `CLUSTER SETSLOT ${slot.slot} NODE ${to.id}`,
  ]
  if (both || slot.way === 'migrating')
    return [`# Slot ${slot.slot} is half-way from ${from.address} to ${to.address}. It is brought to its end:`, ...rest]
  return [
    `# Slot ${slot.slot}: ${from.address} does not send it${answered ? '' : ' as far as is known'}. On ${to.address}; where this answers 0, no key waits there:`,
    `CLUSTER COUNTKEYSINSLOT ${slot.slot}`,
    `CLUSTER SETSLOT ${slot.slot} STABLE`,
    `# Where it answers more, they cannot be read before the move goes on. On ${from.address}:`,
    `CLUSTER SETSLOT ${slot.slot} MIGRATING ${to.id}`,
    ...rest,
  ]
}

const placeOf = ({ name, cluster }: TargetFacts) => ({ id: cluster?.node ?? 'ID', address: cluster?.address ?? safe(name, 80) })

/** `HOST PORT`, as MIGRATE takes it. */
function hostPort(address: string): string {
  const colon = address.lastIndexOf(':')
  return colon < 0 ? address : `${address.slice(0, colon).replace(/^\[|\]$/g, '')} ${address.slice(colon + 1)}`
}

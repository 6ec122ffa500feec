import { expect, test } from 'vitest'
import type { RedisClient } from '../client.ts'
import { parseClusterNodes } from '../clusterNodes.ts'
import { moveAtomically } from './atomic.ts'
import type { Node } from './nodes.ts'

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)]
const signal = AbortSignal.timeout(5_000)

/** One entry of CLUSTER GETSLOTMIGRATIONS as Valkey 9.1.0 answers it. */
const migration = (state: string, ranges = '5-6 9-9', operation = 'EXPORT') => [
  'name',
  'c'.repeat(40),
  'operation',
  operation,
  'slot_ranges',
  ranges,
  'target_node',
  B,
  'source_node',
  A,
  'create_time',
  1795718767,
  'last_update_time',
  1795718767,
  'last_ack_time',
  1795718767,
  'state',
  state,
  'message',
  '',
  'cow_size',
  0,
  'remaining_repl_size',
  0, // biome-ignore format: fields side by side
]

/** Two nodes, of which the first has these slots of 5, 6 and 9; what is sent to it is collected. */
function cluster(own: string, rest: string, migrations: unknown, refuses = false) {
  const sent: string[] = []
  const nodes = `${A} 10.0.0.1:1@2 myself,master - 0 0 1 connected ${own}\n${B} 10.0.0.2:1@2 master - 0 0 1 connected ${rest}\n`
  const client = {
    async call(command: readonly unknown[]) {
      const text = command.join(' ')
      if (text === 'CLUSTER GETSLOTMIGRATIONS') {
        if (migrations instanceof Error) throw migrations
        return migrations
      }
      if (text === 'CLUSTER NODES') return nodes
      sent.push(text)
      if (refuses) throw new Error('ERR Slots are not served by this node.')
      return 'OK'
    },
  } as unknown as RedisClient
  const view = { nodes: parseClusterNodes(nodes).nodes, self: parseClusterNodes(nodes).nodes[0]! }
  const node = (id: string): Node => ({ id, address: '10.0.0.1:1', client, view })
  return { sent, ends: { from: node(A), to: node(B), login: {}, others: [] } }
}
const replyError = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

test('slots are handed over in one command, and waited for', async () => {
  const { sent, ends } = cluster('0-9', '10-16383', [])
  expect(await moveAtomically([5, 6, 9], ends, signal)).toBe('unfinished')
  expect(sent).toEqual([`CLUSTER MIGRATESLOTS SLOTSRANGE 5 6 9 9 NODE ${B}`])
})
test('one that is under way, in either direction, is waited for and nothing is sent', async () => {
  for (const one of [migration('snapshotting'), migration('replaying', '1-1', 'IMPORT')]) {
    const { sent, ends } = cluster('0-9', '10-16383', [one, migration('success')])
    expect(await moveAtomically([5, 6, 9], ends, signal)).toBe('unfinished')
    expect(sent).toEqual([])
  }
})
test('what has changed hands counts, and an earlier success does not', async () => {
  expect(await moveAtomically([5, 6, 9], cluster('0-4 7-8', '5-6 9-16383', [migration('success')]).ends, signal)).toBe(3)
  const { sent, ends } = cluster('0-9', '10-16383', [migration('success')])
  expect(await moveAtomically([5, 6, 9], ends, signal)).toBe('unfinished')
  expect(sent).toHaveLength(1)
})
test('where it is not known, failed or is refused, slots move key by key', async () => {
  expect(
    await moveAtomically([5], cluster('0-9', '10-16383', replyError("ERR unknown subcommand 'GETSLOTMIGRATIONS'")).ends, signal),
  ).toBeNull()
  expect(await moveAtomically([5, 6, 9], cluster('0-9', '10-16383', [migration('failed')]).ends, signal)).toBeNull()
  expect(await moveAtomically([5, 6, 9], cluster('0-9', '10-16383', [], true).ends, signal)).toBeNull()
  await expect(moveAtomically([5], cluster('0-9', '10-16383', new Error('closed')).ends, signal)).rejects.toThrow('closed')
})

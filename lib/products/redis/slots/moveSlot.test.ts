import { describe, expect, it } from 'vitest'
import type { RedisClient } from '../client.ts'
import { parseClusterNodes } from '../clusterNodes.ts'
import { moveSlot } from './moveSlot.ts'
import type { Node } from './nodes.ts'

const SLOT = 5

/** A node of these lines of CLUSTER NODES, with so many keys in the slot that are gone after one MIGRATE; what is sent to it is collected. */
function node(id: string, lines: string, keys: number, sent: string[]): Node {
  const text = lines.replace(new RegExp(`^(${id} \\S+ )`, 'm'), '$1myself,')
  const { nodes } = parseClusterNodes(text)
  let left = keys
  const answer = async (command: readonly unknown[]): Promise<unknown> => {
    const words = command.map(String).join(' ')
    if (words.startsWith('CLUSTER COUNTKEYSINSLOT')) return left
    if (words.startsWith('CLUSTER GETKEYSINSLOT')) return Array.from({ length: left }, (_, i) => Buffer.from(`k${i}`))
    if (words.startsWith('MIGRATE')) left = 0
    sent.push(`${id}> ${words.replace(/ 1000 REPLACE KEYS.*/, '')}`)
    return 'OK'
  }
  const client = {
    call: answer,
    callBytes: answer,
    pipeline: async (commands: readonly unknown[]) => commands.map(() => 10),
  } as unknown as RedisClient
  return { id, address: nodes.find(({ self }) => self)!.address!, client, view: { nodes, self: nodes.find(({ self }) => self)! } }
}

/** `heir` took the sender's place: its old primary `old` follows it. The receiver still imports from `old`. */
const lines = (follows: string, slots: string) => `heir 10.0.0.2:1@2 master - 0 0 4 connected ${slots}
old 10.0.0.1:1@2 slave ${follows} 0 0 4 connected
to 10.0.0.3:1@2 master - 0 0 2 connected 100-16383 [${SLOT}-<-old]
`
const signal = AbortSignal.timeout(5_000)

describe('a slot that was half-way when the sender failed over', () => {
  const move = async (follows: string, keysAt: { heir: number; to: number }) => {
    const sent: string[] = []
    // The receiver knows of no owner of what it imports.
    const heir = node('heir', lines(follows, '0-99'), keysAt.heir, sent)
    const to = node('to', lines(follows, '0-4 6-99'), keysAt.to, sent)
    // Back to the sender.
    const moved = await moveSlot(SLOT, { from: to, to: heir, login: {}, others: [] }, performance.now() + 1_000, signal)
    return { moved, sent }
  }

  it('is opened anew with its heir and brought to its end, from where it comes back whole', async () => {
    const { moved, sent } = await move('heir', { heir: 2, to: 3 })
    expect(moved).toBe('unfinished')
    expect(sent).toEqual([
      'to> CLUSTER SETSLOT 5 NODE heir',
      'to> CLUSTER SETSLOT 5 IMPORTING heir',
      'heir> CLUSTER SETSLOT 5 MIGRATING to',
      'heir> MIGRATE 10.0.0.3 1  0',
      'to> CLUSTER SETSLOT 5 NODE to',
      'heir> CLUSTER SETSLOT 5 NODE to',
    ])
  })

  it('of which no key had moved is closed', async () => {
    expect((await move('heir', { heir: 2, to: 0 })).sent).toEqual(['heir> CLUSTER SETSLOT 5 STABLE', 'to> CLUSTER SETSLOT 5 STABLE'])
  })

  it('is left alone where it is open with somebody else', async () => {
    expect(await move('to', { heir: 2, to: 3 })).toEqual({ moved: 'elsewhere', sent: [] })
  })
})

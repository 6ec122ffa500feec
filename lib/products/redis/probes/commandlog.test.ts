import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RedisLink } from '../link.ts'
import { commandlog } from './commandlog.ts'

const { request, reply } = JSON.parse(readFileSync(new URL('../fixtures/commandlog-valkey-9.1.0.json', import.meta.url), 'utf8'))
const context = { cursor: null, at: 1_000_000 }
const log = (entries: unknown) => ({ newest: entries, entries })
const read = (requests: unknown, replies: unknown, cursor: string | null = null) =>
  commandlog.parse({ 'large-request': log(requests), 'large-reply': log(replies) }, { ...context, cursor })

describe('COMMANDLOG', () => {
  it('of Valkey 9.1: the key, the size, the kind and the client, and no value', () => {
    const { records, cursor } = read(request, reply)
    const large = records.filter((record) => record.kind === 'large')
    expect(large.map(({ log, fingerprint, key }) => [log, fingerprint, key])).toEqual([
      ['large-request', 'HSET */script> ? ×101–1,000', '<script>alert(1)</script>'],
      ['large-request', 'SET product:* ? EX ?', 'product:17'],
      ['large-request', 'SET * ?', '\\x00\\xff\\xfe'],
      ['large-reply', 'HGETALL */script>', '<script>alert(1)</script>'],
      ['large-reply', 'GET *', '\\x00\\xff\\xfe'],
      ['large-reply', 'GET product:*', 'product:17'],
    ])
    expect(large[1]).toMatchObject({ bytes: expect.closeTo(7_049, -2), clientName: 'shop' })
    expect(JSON.stringify(records)).not.toContain('secret')
    expect(cursor).toBe('[2,2]')
  })

  it('leaves out our own commands, and what is no entry', () => {
    expect(
      read(
        [
          [1, 100, 5, ['INFO'], 'a:1', 'evenkeel'],
          [0, 'x'],
        ],
        [],
      ).records.filter(({ kind }) => kind === 'large'),
    ).toEqual([])
  })

  it('keeps its place where nothing is new', () => expect(read([], [], '[7,null]').cursor).toBe('[7,null]'))

  it.each([
    ['OK', []],
    [[], 'OK'],
    [[['x']], []],
    [[[1, 1e16, 2, ['GET']]], []],
  ])('refuses %j', (requests, replies) => {
    expect(() => read(requests, replies)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  it('fetches what is new, and all of it after a restart', async () => {
    const asked: unknown[] = []
    const at = (newest: number) => ({
      client: {
        callBytes: async (command: unknown[]) => {
          asked.push(command[2])
          return [[newest, 100, 5_000, ['GET', Buffer.from([0, 255])], 'a:1', '']]
        },
      },
    })
    const poll = (newest: number, cursor: string | null) =>
      commandlog.read(at(newest) as unknown as RedisLink, cursor, AbortSignal.timeout(1_000))
    await poll(9, null)
    await poll(9, '[9,9]')
    await poll(12, '[9,12]')
    await poll(3, '[9,9]')
    expect(asked).toEqual([1, 128, 1, 128, 1, 1, 1, 3, 1, 1, 128, 1, 128])
    const raw = await poll(9, null)
    const { records } = commandlog.parse(JSON.parse(JSON.stringify(raw)), context)
    expect(records[0]).toMatchObject({ key: '\\x00\\xff' })
  })
})

import { expect, test } from 'vitest'
import { expiryName } from '../../model/expiry.ts'
import type { RedisClient } from './client.ts'
import { OwnLookups } from './ownLookups.ts'
import { endsWithin, retimeCommands } from './retime.ts'

test.each([
  ['product:*', 'product:*'],
  ['käse:*', 'käse:*'],
  ['two words:*', '"two words:*"'],
  ['a\nFLUSHALL\n:*', '"a\\x0aFLUSHALL\\x0a:*"'],
  ['a\r\nFLUSHALL:*', '"a\\x0d\\x0aFLUSHALL:*"'],
  ['say "x" \\ :*', '"say \\"x\\" \\\\ :*"'],
  ['\u2028:*', '"\\xe2\\x80\\xa8:*"'],
  ["it's:*", '"it\'s:*"'],
])('a pattern made of names of keys is one word of the command to copy: %j', (glob, word) => {
  const commands = retimeCommands({ glob })
  expect(commands[0]).toBe(`SCAN CURSOR MATCH ${word} COUNT 500`)
  for (const command of commands) expect(command).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
})

test('every key that is asked when it ends counts as an own lookup, also one without a TTL and one that has gone', async () => {
  const client = {
    address: 'retimed:1',
    callBytes: async () => [Buffer.from('0'), ['a', 'b', 'c', 'd'].map((key) => Buffer.from(key))],
    pipeline: async () => [1, -1, -2, new Error('MOVED 1 10.0.0.1:1')],
  } as unknown as RedisClient
  expect(await endsWithin(client, expiryName({ from: 1_000, to: 2_000 }, '*'), new AbortController().signal)).toBe(false)
  expect(new OwnLookups('retimed:1').soFar()).toEqual({ hits: 2, misses: 1 })
})

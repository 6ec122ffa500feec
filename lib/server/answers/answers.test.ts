import { expect, test } from 'vitest'
import { createAnswers } from './answers.ts'

/** A clock, and a list that is made slowly: each time that it is asked for, a promise that the test keeps. */
function setUp() {
  let now = 0
  const made: ((value: unknown) => void)[] = []
  const answers = createAnswers({ monotonic: () => now })
  const ask = async (headers: Record<string, string> = {}) => {
    const answer = await answers.of('list', 'everything', () => new Promise((resolve) => made.push(resolve)))
    return answer.response(new Request('http://evenkeel/', { headers }))
  }
  const value = async (asked: Promise<Response>) => (await asked).json()
  return { answers, made, ask, value, pass: (ms: number) => (now += ms) }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a thousand who ask at once are one', async () => {
  const { made, ask, value } = setUp()
  const all = Array.from({ length: 1_000 }, () => value(ask()))
  await turn()
  expect(made).toHaveLength(1)
  made[0]!('a')
  expect(new Set(await Promise.all(all))).toEqual(new Set(['a']))
})

test('within a second it is given at once, and made anew meanwhile; later it is waited for', async () => {
  const { made, ask, value, pass } = setUp()
  const first = value(ask())
  await turn()
  made[0]!('a')
  await first
  pass(249)
  expect(await value(ask())).toBe('a')
  expect(made).toHaveLength(1)
  pass(1)
  expect(await value(ask())).toBe('a')
  expect(await value(ask())).toBe('a')
  expect(made).toHaveLength(2)
  made[1]!('b')
  await turn()
  expect(await value(ask())).toBe('b')
  pass(1_000)
  const waits = value(ask())
  await turn()
  expect(made).toHaveLength(3)
  made[2]!('c')
  expect(await waits).toBe('c')
})

test('whoever asks after a change gets what is made after it, also while an older one is being made; never two at a time', async () => {
  const { answers, made, ask, value } = setUp()
  const before = value(ask())
  await turn()
  answers.changed()
  const after = [value(ask()), value(ask())]
  await turn()
  expect(made).toHaveLength(1)
  made[0]!('old')
  expect(await before).toBe('old')
  await turn()
  expect(made).toHaveLength(2)
  made[1]!('new')
  expect(await Promise.all(after)).toEqual(['new', 'new'])
  expect(await value(ask())).toBe('new')
})

test('events end what is made of documents, a sample ends nothing, and what is made of targets ends with their states', async () => {
  const { answers } = setUp()
  let count = 0
  const read = async (madeOf: 'targets' | 'everything') =>
    (await (await answers.of(madeOf, madeOf, () => ++count)).response(new Request('http://evenkeel/'))).json()
  expect([await read('targets'), await read('everything')]).toEqual([1, 2])
  answers.heard({ type: 'sample', at: 0 })
  expect([await read('targets'), await read('everything')]).toEqual([1, 2])
  answers.heard({ type: 'finding', finding: {} as never })
  expect([await read('targets'), await read('everything')]).toEqual([1, 3])
  answers.heard({ type: 'target', name: 'a', state: 'down' })
  expect([await read('targets'), await read('everything')]).toEqual([4, 5])
})

test('what fails is told to all who waited, and is tried anew', async () => {
  const { answers } = setUp()
  const failing = () => answers.of('list', 'targets', () => Promise.reject(new Error('no')))
  await expect(Promise.all([failing(), failing()])).rejects.toThrow('no')
  await expect(failing()).rejects.toThrow('no')
  expect(await (await (await answers.of('list', 'targets', () => 1)).response(new Request('http://evenkeel/'))).json()).toBe(1)
})

test('whoever has it already is sent its tag alone, others the text itself', async () => {
  const { made, ask } = setUp()
  const first = ask()
  await turn()
  made[0]!('x'.repeat(5_000))
  const plain = await first
  const etag = plain.headers.get('etag')!
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/)
  expect(plain.headers.get('content-encoding')).toBeNull()
  for (const header of [etag, `"other", ${etag.slice(2)}`, '*']) {
    const known = await ask({ 'if-none-match': header })
    expect([known.status, await known.text(), known.headers.get('etag')]).toEqual([304, '', etag])
  }
  const other = await ask({ 'if-none-match': '"other"', 'accept-encoding': 'gzip, br' })
  // Next would take the encoding off, and leave the body packed.
  expect([other.status, other.headers.get('content-encoding')]).toEqual([200, null])
  expect(await other.json()).toHaveLength(5_000)
})

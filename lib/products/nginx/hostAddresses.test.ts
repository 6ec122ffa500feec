import type { LookupAddress } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { HostAddresses } from './hostAddresses.ts'

type Done = (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void

/** A name server that answers when the test says so. */
function nameServer() {
  const open: { host: string; done: Done }[] = []
  let now = 0
  const addresses = new HostAddresses(
    (host, _options, done) => open.push({ host, done }),
    () => now,
  )
  const answer = async (found: string[] | string) => {
    const { done } = open.shift()!
    if (typeof found === 'string') done(Object.assign(new Error(found), { code: found }), [])
    else
      done(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    await new Promise(setImmediate)
  }
  return { addresses, open, answer, pass: (ms: number) => (now += ms) }
}

describe('addresses of a host', () => {
  it('asks once for many, and again when the answer is old, using it meanwhile', async () => {
    const { addresses, open, answer, pass } = nameServer()
    const first = Promise.all([addresses.of('app'), addresses.of('app')])
    await new Promise(setImmediate)
    expect(open).toHaveLength(1)
    await answer(['10.0.0.1', '::1', '10.0.0.1'])
    expect(await first).toEqual([
      ['10.0.0.1', '[::1]'],
      ['10.0.0.1', '[::1]'],
    ])
    pass(9_999)
    await addresses.of('app')
    expect(open).toHaveLength(0)
    pass(1)
    expect(await addresses.of('app')).toEqual(['10.0.0.1', '[::1]'])
    await new Promise(setImmediate)
    await answer(['10.0.0.2'])
    expect(await addresses.of('app')).toEqual(['10.0.0.2'])
  })

  it('does not wait for a silent name server longer than half a second, nor a second time for a name without an answer', async () => {
    const { addresses, open, answer } = nameServer()
    expect(await addresses.of('app')).toEqual([])
    const again = addresses.of('app')
    const first = await Promise.race([again, new Promise(setImmediate).then(() => 'still waiting')])
    expect(first).toEqual([])
    expect(open).toHaveLength(1)
    await answer(['10.0.0.1'])
    expect(await addresses.of('app')).toEqual(['10.0.0.1'])
  })

  it('keeps what is known while the name server cannot be asked, and forgets a name that is gone', async () => {
    const { addresses, answer, pass } = nameServer()
    const first = addresses.of('app')
    await new Promise(setImmediate)
    await answer(['10.0.0.1'])
    await first
    for (const [code, then] of [
      ['EAI_AGAIN', ['10.0.0.1']],
      ['ENOTFOUND', []],
    ] as const) {
      pass(10_000)
      await addresses.of('app')
      await new Promise(setImmediate)
      await answer(code)
      expect(await addresses.of('app')).toEqual(then)
    }
  })

  it('runs one lookup at a time, in the order of the questions', async () => {
    const { addresses, open, answer } = nameServer()
    const all = ['a', 'b', 'c', 'd'].map((host) => addresses.of(host))
    await new Promise(setImmediate)
    expect(open.map(({ host }) => host)).toEqual(['a'])
    for (const at of ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']) await answer([at])
    expect(await Promise.all(all)).toEqual([['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3'], ['10.0.0.4']])
  })

  it('gives none for what no name can hold, and goes on', async () => {
    const addresses = new HostAddresses()
    expect(await addresses.of('a\0b')).toEqual([])
    expect(await addresses.of('127.0.0.1')).toEqual(['127.0.0.1'])
  })
})

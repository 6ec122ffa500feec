import { describe, expect, it } from 'vitest'
import type { RedisClient } from './client.ts'
import { WriteCommands, writesBy } from './writes.ts'

const signal = new AbortController().signal
/** A server that knows these flags, and how often it was asked. */
function server(flags: Record<string, string[]> | null) {
  const asked: string[][] = []
  const client = {
    call: async ([, , ...names]: string[]) => {
      asked.push(names)
      if (!flags) throw new Error("ERR unknown command 'COMMAND'")
      return names.map((name) => (flags[name] ? [name, -2, flags[name], 1, 1, 1] : null))
    },
  } as unknown as RedisClient
  return { client, asked }
}

describe('write commands', () => {
  it("are those that have the server's own flag, whatever their name", async () => {
    const { client, asked } = server({
      msetex: ['write', 'denyoom'],
      vadd: ['write'],
      get: ['readonly'],
      expire: ['write', 'fast'],
      'xgroup|create': ['write'],
    })
    const writes = new WriteCommands()
    const names = ['msetex', 'vadd', 'get', 'expire', 'xgroup|create', 'json.numincrby', 'set']
    await writes.learn(client, 'r1', names, signal)
    // What the server does not know (a renamed command) is what is usual.
    expect(names.filter((name) => writes.has(name))).toEqual(['msetex', 'vadd', 'set'])
    await writes.learn(client, 'r1', names, signal)
    expect(asked).toHaveLength(2)
    await writes.learn(client, 'r1', [...names, 'arset'], signal)
    expect(asked[2]).toEqual(['arset'])
    await writes.learn(client, 'r2', ['get'], signal)
    expect(asked).toHaveLength(5)
  })

  it('are told by each server for itself, however alike they were before', async () => {
    const [one, other] = [new WriteCommands(), new WriteCommands()]
    await one.learn(server({ zap: ['write'] }).client, 'r1', ['zap', 'get'], signal)
    await other.learn(server({ zap: ['write'] }).client, 'r2', ['zap', 'get'], signal)
    await one.learn(server({ zip: ['write'] }).client, 'r1', ['zap', 'get', 'zip'], signal)
    expect([one, other].map((writes) => ['zap', 'get', 'zip'].filter((name) => writes.has(name)))).toEqual([['zap', 'zip'], ['zap']])
    await other.learn(server({ zap: ['readonly'] }).client, 'r3', ['zap', 'get'], signal)
    expect([one.has('zap'), other.has('zap')]).toEqual([true, false])
  })

  it('come with the newer commands that the server knows', async () => {
    const writes = new WriteCommands()
    await writes.learn(server({ commandlog: ['admin'] }).client, 'r1', [], signal)
    expect([writes.knows('commandlog'), writes.knows('hotkeys|get')]).toEqual([true, false])
  })

  it('are the usual ones where COMMAND is hidden, asked once a run', async () => {
    const { client, asked } = server(null)
    const writes = new WriteCommands()
    for (let i = 0; i < 3; i++) await writes.learn(client, 'r1', ['set', 'get', 'hsetex', 'lmpop', `x${i}`], signal)
    expect(['set', 'get', 'hsetex', 'lmpop', 'x0'].filter((name) => writes.has(name))).toEqual(['set', 'hsetex', 'lmpop'])
    expect(asked).toHaveLength(1)
  })

  it('of names that come and go with each INFO are not asked for without end', async () => {
    const { client, asked } = server({ zap: ['write'] })
    const writes = new WriteCommands()
    await writes.learn(client, 'r1', ['zap'], signal)
    for (let i = 0; i < 5; i++)
      await writes.learn(
        client,
        'r1',
        Array.from({ length: 600 }, (_, j) => `x${i}-${j}`),
        signal,
      )
    expect(asked.slice(1).flat()).toHaveLength(1_000)
    expect(writes.has('zap')).toBe(true)
  })

  it.each([
    ['pexpire', ['pexpire', 3, ['write']], false],
    ['msetex', null, true],
    ['msetex', [], true],
    ['get', 'OK', false],
  ])('%s with the row %j', (name, row, expected) => expect(writesBy(name, row)).toBe(expected))
})

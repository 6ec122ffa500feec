import { describe, expect, it } from 'vitest'
import type { RedisClient } from './client.ts'
import { askPerKey, assertSomeHere, ELSEWHERE } from './perKey.ts'

const signal = new AbortController().signal
function node(answers: unknown[]) {
  const asked: unknown[] = []
  const client = {
    pipeline: async (commands: unknown[]) => {
      asked.push(...commands)
      return commands.map((command) => ((command as string[])[0] === 'READONLY' ? 'OK' : answers.shift()))
    },
  } as unknown as RedisClient
  return { client, asked }
}
const type = (key: string) => ['TYPE', key] as const

describe('one command for each key', () => {
  it('leaves out the keys whose slots are elsewhere, and them alone', async () => {
    const { client, asked } = node(['string', new Error('MOVED 93 10.0.0.1:1'), new Error('ASK 5 :2'), new Error('TRYAGAIN Multiple keys')])
    const found = await askPerKey({ client, seen: { clustered: true } }, ['a', 'b', 'c', 'd'].map(type), String, signal)
    expect(found).toEqual(['string', ELSEWHERE, ELSEWHERE, ELSEWHERE])
    expect(asked[0]).toEqual(['READONLY'])
  })
  it('says READONLY only to a node of a Cluster', async () => {
    const { client, asked } = node(['string'])
    await askPerKey({ client, seen: { clustered: false } }, [type('a')], String, signal)
    expect(asked).toEqual([['TYPE', 'a']])
  })
  it("throws the command's own error", async () => {
    const { client } = node([new Error('NOPERM no type')])
    await expect(askPerKey({ client, seen: null }, [type('a')], String, signal)).rejects.toThrow('NOPERM')
  })
  it('says when slice after slice not one of several keys is here', () => {
    const link = { noneHere: 0 }
    const none = () => assertSomeHere(link, [ELSEWHERE, ELSEWHERE])
    for (let i = 0; i < 4; i++) none()
    assertSomeHere(link, [ELSEWHERE, null])
    for (let i = 0; i < 4; i++) none()
    expect(none).toThrow(/none of 2 keys/)
    expect(() => assertSomeHere(link, [ELSEWHERE])).not.toThrow()
  })
})

import { describe, expect, it } from 'vitest'
import { KeyQueue, packed, unpacked } from './packedKeys.ts'

const ANY = [
  Buffer.from('user:1'),
  Buffer.alloc(0),
  Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  Buffer.from('Grüße 👋'),
  Buffer.alloc(70_000, 0xff),
]
const keysOf = (...names: string[]) => names.map((name) => Buffer.from(name))

describe('packed keys', () => {
  it('are the same keys again, whatever bytes they are of', () => {
    expect(unpacked(packed(ANY)).map((key) => key.toString('hex'))).toEqual(ANY.map((key) => key.toString('hex')))
    expect(unpacked(packed([]))).toEqual([])
    expect(unpacked(packed([ANY[0]!]) + packed([ANY[1]!, ANY[3]!])).map(String)).toEqual(['user:1', '', 'Grüße 👋'])
  })

  it('take one character a byte, and four more each', () => {
    const text = packed(ANY)
    expect(text.length).toBe(ANY.reduce((sum, { length }) => sum + length + 4, 0))
    expect(/[^\0-\xff]/.test(text)).toBe(false)
  })
})

describe('a queue of keys', () => {
  it('gives those first that came first, each once', () => {
    const queue = new KeyQueue(10)
    queue.add(keysOf('a', 'b'))
    queue.add(keysOf('c', 'a'))
    expect(queue.size).toBe(4)
    expect(queue.take(3).map(String)).toEqual(['a', 'b', 'c'])
    expect(queue.size).toBe(1)
    expect(queue.take(0)).toEqual([])
    expect(queue.takeAll().map(String)).toEqual(['a'])
    expect([queue.size, queue.takeAll()]).toEqual([0, []])
  })

  it('leaves out what comes when it is full', () => {
    const queue = new KeyQueue(3)
    queue.add(keysOf('a', 'b'))
    queue.add(keysOf('c', 'd'))
    queue.add(keysOf('e'))
    expect(queue.takeAll().map(String)).toEqual(['a', 'b', 'c'])
  })
})

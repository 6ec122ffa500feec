import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { EMPTY_LAB, type LabState, LINK_MAX, printOf, readLab, sameSpec, writeLab } from './link.ts'

const ketama: RingSpec = {
  algorithm: 'ketama',
  nodes: [
    { name: 'cache-a', address: '127.0.0.1:6379', points: 40 },
    { name: 'cache-b', address: '127.0.0.1:6380', points: 160 },
  ],
}
const back = (state: Partial<LabState>) => {
  const whole = { ...EMPTY_LAB, ...state }
  expect(readLab(writeLab(whole))).toEqual(whole)
  return writeLab(whole)
}

test('an untouched lab has a bare address', () => {
  expect(writeLab(EMPTY_LAB)).toBe('')
  expect(readLab('')).toEqual(EMPTY_LAB)
})

test('everything on the page goes through the link and back', () => {
  back({ of: 'ring:products' })
  back({ of: 'pool:edge/a/b', print: 'abc', after: ketama, keys: ['product:1', 'ключ', '{a}b'] })
  back({ before: ketama, traffic: { reads: 1200.5, hits: 0.93 } })
  back({ before: ketama, after: { ...ketama, nodes: [{ name: 'cache-a', points: 40, state: 'maint' }, ...ketama.nodes.slice(1)] } })
  back({
    before: {
      algorithm: 'haproxy-consistent',
      options: { function: 'crc32', avalanche: true, version: '3.0.1' },
      nodes: [
        { name: 'a', id: 0, weight: 0, state: 'drain' },
        { name: 'b', id: 7, weight: 256, state: 'down' },
      ],
    },
    after: { algorithm: 'redis-cluster', nodes: [{ name: 'a', slots: [[0, 16_383]] }, { name: 'b' }] },
  })
  back({ before: { algorithm: 'envoy-ring-hash', nodes: [{ name: 'x', label: 'host-1' }, { name: 'y' }] } })
})

test('hostile names, and rings that are not right yet, come through as they are', () => {
  const nodes = ['__proto__', '<img src=x>', '\u0000\u202e"\\', '\ud83d\ude00', '\ud83d\ude01', '\ud800', '', 'twin', 'twin']
  back({ before: { algorithm: 'nginx-hash', nodes: nodes.map((name) => ({ name, weight: 300 })) } })
  back({ before: { algorithm: 'ketama', nodes: [] } })
})

test('three hundred nodes with other weights each still make a link that servers take', () => {
  const nodes = Array.from({ length: 300 }, (_, i) => ({ name: `cache-${String(i).padStart(3, '0')}`, weight: 1 }))
  const before: RingSpec = { algorithm: 'nginx-consistent', nodes }
  const after = { ...before, nodes: nodes.map((node, i) => ({ ...node, weight: 1 + (i % 7) })) }
  expect(back({ before, after }).length).toBeLessThan(LINK_MAX)
})

test('a link that cannot be read says why', () => {
  const good = writeLab({ ...EMPTY_LAB, before: ketama })
  expect(readLab(good.slice(0, -7))).toEqual({ because: 'it is cut short or mistyped' })
  expect(readLab(`2.${good.slice(2)}`)).toHaveProperty('because', expect.stringContaining('version 2'))
  expect(readLab('hello')).toHaveProperty('because')
  expect(readLab('1.')).toHaveProperty('because')
  const written = (body: unknown) => readLab(`1.${btoa(JSON.stringify(body)).replaceAll('=', '')}`)
  expect(written([])).toHaveProperty('because')
  expect(written({ z: 1 })).toHaveProperty('because')
  expect(written({ b: { a: 'round-robin', n: [] } })).toHaveProperty('because', 'its part b.a is not as it should be')
  expect(written({ c: { a: 'ketama', n: [{}] } })).toHaveProperty('because')
  expect(written({ k: ['x'.repeat(501)] })).toHaveProperty('because')
  expect(written({ b: { a: 'ketama', n: ['a'], w: 'x' } })).toHaveProperty('because')
})

test('the print is the ring, not the order of its fields', () => {
  const other: RingSpec = { nodes: ketama.nodes.map(({ name, address, points }) => ({ points, address, name })), algorithm: 'ketama' }
  expect(printOf(other)).toBe(printOf(ketama))
  expect(sameSpec(other, ketama)).toBe(true)
  expect(printOf({ ...ketama, nodes: ketama.nodes.slice(1) })).not.toBe(printOf(ketama))
})

test('rings that are numbered on are short links, and a link cannot ask for more nodes than are computed', () => {
  const before: RingSpec = {
    algorithm: 'ketama',
    nodes: Array.from({ length: 300 }, (_, i) => ({ name: `cache-${i}`, address: `10.0.${i >> 8}.${i & 255}:6379`, points: 160 })),
  }
  const after = { ...before, nodes: before.nodes.map((node, i) => ({ ...node, points: 100 + ((i * 37) % 90) })) }
  const link = writeLab({ ...EMPTY_LAB, before, after })
  expect(link.length).toBeLessThan(2_500)
  expect(readLab(link)).toMatchObject({ before, after })
  const odd = [
    'a9',
    'a10',
    'a11',
    'b',
    'n008',
    'n009',
    'n010',
    '7',
    '8',
    '9',
    '10',
    'x1y1',
    'x2y1',
    'x3y1',
    'x3y2',
    '999999999',
    '1000000000',
  ]
  const spec: RingSpec = { algorithm: 'ketama', nodes: odd.map((name) => ({ name })) }
  expect(readLab(writeLab({ ...EMPTY_LAB, before: spec }))).toMatchObject({ before: spec })
  const greedy = btoa(JSON.stringify({ b: { a: 'ketama', n: ['a1', [0, 1000], [0, 1000]] } }))
  expect(readLab(`1.${greedy}`)).toHaveProperty('because')
})

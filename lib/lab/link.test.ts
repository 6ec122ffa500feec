import { deflateSync } from 'fflate'
import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { toBase64 } from './base64.ts'
import { LINK_MAX, readLab, writeLab } from './link.ts'
import { EMPTY_LAB, type LabState, printOf, sameSpec } from './state.ts'

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

const packed = (body: unknown) => `2.${toBase64(deflateSync(new TextEncoder().encode(JSON.stringify(body))))}`

test('a link that cannot be read says why', () => {
  const good = writeLab({ ...EMPTY_LAB, before: ketama })
  expect(readLab(good.slice(0, -7))).toEqual({ because: 'it is cut short or mistyped' })
  expect(readLab(`3.${good.slice(2)}`)).toHaveProperty('because', expect.stringContaining('reads versions 1 and 2'))
  expect(readLab(`1.${good.slice(2)}`)).toEqual({ because: 'it is cut short or mistyped' })
  for (const text of ['hello', '1.', '2.', '2.AAAA', `2.${'A'.repeat(5_000)}`]) expect(readLab(text)).toHaveProperty('because')
  expect(readLab(packed([]))).toHaveProperty('because')
  expect(readLab(packed({ z: 1 }))).toHaveProperty('because')
  expect(readLab(packed({ before: { algorithm: 'round-robin', name: [] } }))).toHaveProperty(
    'because',
    'its part before.algorithm is not as it should be',
  )
  expect(readLab(packed({ after: { algorithm: 'ketama', name: [{}] } }))).toHaveProperty(
    'because',
    'its changed ring is not as it should be',
  )
  expect(readLab(packed({ keys: ['x'.repeat(501)] }))).toHaveProperty('because')
  expect(readLab(packed({ before: { algorithm: 'ketama', name: ['a'], weight: 'x' } }))).toHaveProperty('because')
})

test('a link cannot ask for more than a ring: neither nodes, nor what it unpacks to, nor its own length', () => {
  const many = Array.from({ length: 1_001 }, (_, i) => `n${i}`)
  expect(readLab(packed({ before: { algorithm: 'ketama', name: many } }))).toHaveProperty('because')
  // Five million bytes in an address of seven thousand characters.
  const bomb = packed({ keys: ['a'.repeat(5_000_000)] })
  expect(bomb.length).toBeLessThan(LINK_MAX)
  expect(readLab(bomb)).toEqual({ because: 'it is cut short or mistyped' })
  expect(readLab(`2.${'A'.repeat(LINK_MAX)}`)).toHaveProperty('because', expect.stringContaining('longer'))
})

/** As they were made before links were compressed, and what the lab of then read from them. */
const VERSION_1: [link: string, state: Omit<LabState, 'print'>][] = [
  [
    '1.eyJyIjoicG9vbDplZGdlL2EvYiIsImYiOiJhYmMiLCJjIjp7ImEiOiJrZXRhbWEiLCJuIjpbImNhY2hlLWEiLDYsImIiXSwiZCI6WyIxMjcuMC4wLjE6NjM3OSIsMTIsIjgwIl0sInAiOls0MCwxNjBdfSwiayI6WyJwcm9kdWN0OjEiLCLQutC70Y7RhyIsInthfWIiXX0',
    {
      of: 'pool:edge/a/b',
      before: null,
      after: {
        algorithm: 'ketama',
        nodes: [
          {
            name: 'cache-a',
            address: '127.0.0.1:6379',
            points: 40,
          },
          {
            name: 'cache-b',
            address: '127.0.0.1:6380',
            points: 160,
          },
        ],
      },
      keys: ['product:1', 'ключ', '{a}b'],
      traffic: {},
    },
  ],
  [
    '1.eyJiIjp7ImEiOiJrZXRhbWEiLCJuIjpbImNhY2hlLWEiLDYsImIiXSwiZCI6WyIxMjcuMC4wLjE6NjM3OSIsMTIsIjgwIl0sInAiOls0MCwxNjBdfSwiYyI6eyJkIjpbbnVsbCwiMTI3LjAuMC4xOjYzODAiXSwicyI6Im11In0sInEiOnsicmVhZHMiOjEyMDAuNSwiaGl0cyI6MC45M319',
    {
      of: null,
      before: {
        algorithm: 'ketama',
        nodes: [
          {
            name: 'cache-a',
            address: '127.0.0.1:6379',
            points: 40,
          },
          {
            name: 'cache-b',
            address: '127.0.0.1:6380',
            points: 160,
          },
        ],
      },
      after: {
        algorithm: 'ketama',
        nodes: [
          {
            name: 'cache-a',
            points: 40,
            state: 'maint',
          },
          {
            name: 'cache-b',
            address: '127.0.0.1:6380',
            points: 160,
          },
        ],
      },
      keys: [],
      traffic: {
        reads: 1200.5,
        hits: 0.93,
      },
    },
  ],
  [
    '1.eyJiIjp7ImEiOiJoYXByb3h5LWNvbnNpc3RlbnQiLCJvIjp7ImF2YWxhbmNoZSI6dHJ1ZSwiZnVuY3Rpb24iOiJjcmMzMiIsInZlcnNpb24iOiIzLjAuMSJ9LCJuIjpbImEiLCJiIl0sImkiOlswLDddLCJ3IjpbMCwyNTZdLCJzIjoiZHgifSwiYyI6eyJhIjoicmVkaXMtY2x1c3RlciIsIm8iOm51bGwsImkiOm51bGwsInciOm51bGwsInMiOm51bGwsInQiOltbWzAsMTYzODNdXSxudWxsXX19',
    {
      of: null,
      before: {
        algorithm: 'haproxy-consistent',
        nodes: [
          {
            name: 'a',
            id: 0,
            weight: 0,
            state: 'drain',
          },
          {
            name: 'b',
            id: 7,
            weight: 256,
            state: 'down',
          },
        ],
        options: {
          avalanche: true,
          function: 'crc32',
          version: '3.0.1',
        },
      },
      after: {
        algorithm: 'redis-cluster',
        nodes: [
          {
            name: 'a',
            slots: [[0, 16383]],
          },
          {
            name: 'b',
          },
        ],
      },
      keys: [],
      traffic: {},
    },
  ],
  [
    '1.eyJiIjp7ImEiOiJlbnZveS1yaW5nLWhhc2giLCJuIjpbImE5IixbMCwyXSwiYiIsIm4wMDgiLFswLDJdLCI3IiwiOCIsIngxeTEiLFsxLDJdLDMsIjIiLCI5OTk5OTk5OTkiLCIxMDAwMDAwMDAwIl0sImQiOlsiMTAuMC4wLjA6ODAiLFsxLDE0XV0sImwiOlsibDAiLG51bGwsbnVsbCwibDMiLG51bGwsbnVsbCwibDYiLG51bGwsbnVsbCwibDkiLG51bGwsbnVsbCwibDEyIixudWxsLG51bGxdLCJ3IjozfX0',
    {
      of: null,
      before: {
        algorithm: 'envoy-ring-hash',
        nodes: [
          {
            name: 'a9',
            address: '10.0.0.0:80',
            label: 'l0',
            weight: 3,
          },
          {
            name: 'a10',
            address: '10.0.0.1:80',
            weight: 3,
          },
          {
            name: 'a11',
            address: '10.0.0.2:80',
            weight: 3,
          },
          {
            name: 'b',
            address: '10.0.0.3:80',
            label: 'l3',
            weight: 3,
          },
          {
            name: 'n008',
            address: '10.0.0.4:80',
            weight: 3,
          },
          {
            name: 'n009',
            address: '10.0.0.5:80',
            weight: 3,
          },
          {
            name: 'n010',
            address: '10.0.0.6:80',
            label: 'l6',
            weight: 3,
          },
          {
            name: '7',
            address: '10.0.0.7:80',
            weight: 3,
          },
          {
            name: '8',
            address: '10.0.0.8:80',
            weight: 3,
          },
          {
            name: 'x1y1',
            address: '10.0.0.9:80',
            label: 'l9',
            weight: 3,
          },
          {
            name: 'x2y1',
            address: '10.0.0.10:80',
            weight: 3,
          },
          {
            name: 'x3y1',
            address: '10.0.0.11:80',
            weight: 3,
          },
          {
            name: 'x3y2',
            address: '10.0.0.12:80',
            label: 'l12',
            weight: 3,
          },
          {
            name: '999999999',
            address: '10.0.0.13:80',
            weight: 3,
          },
          {
            name: '1000000000',
            address: '10.0.0.14:80',
            weight: 3,
          },
        ],
      },
      after: null,
      keys: [],
      traffic: {},
    },
  ],
]

test('links of version 1 still open', () => {
  for (const [link, state] of VERSION_1) expect(readLab(link)).toEqual({ ...state, print: null })
  const written = (body: unknown) => readLab(`1.${toBase64(new TextEncoder().encode(JSON.stringify(body)))}`)
  // One weight of all nodes is that of an added one too; what the changed ring no longer has is gone.
  expect(written({ b: { a: 'haproxy-map', n: ['a', 'b'], w: 3, i: [1, 2] }, c: { n: ['a', 'b', 'c'], i: null } })).toMatchObject({
    before: {
      nodes: [
        { name: 'a', id: 1, weight: 3 },
        { name: 'b', id: 2, weight: 3 },
      ],
    },
    after: { nodes: ['a', 'b', 'c'].map((name) => ({ name, weight: 3 })) },
  })
  for (const body of [
    [],
    { z: 1 },
    { b: { a: 'round-robin', n: [] } },
    { c: { a: 'ketama', n: [{}] } },
    { k: ['x'.repeat(501)] },
    { b: { a: 'ketama', n: ['a'], w: 'x' } },
  ])
    expect(written(body)).toHaveProperty('because')
  expect(written({ b: { a: 'ketama', n: ['a1', [0, 1000], [0, 1000]] } })).toHaveProperty('because')
})

test('the print is the ring, not the order of its fields', () => {
  const other: RingSpec = { nodes: ketama.nodes.map(({ name, address, points }) => ({ points, address, name })), algorithm: 'ketama' }
  expect(printOf(other)).toBe(printOf(ketama))
  expect(sameSpec(other, ketama)).toBe(true)
  expect(printOf({ ...ketama, nodes: ketama.nodes.slice(1) })).not.toBe(printOf(ketama))
})

test('large rings are short links, whether their nodes are numbered on or named at random', () => {
  const numbered: RingSpec = {
    algorithm: 'ketama',
    nodes: Array.from({ length: 300 }, (_, i) => ({ name: `cache-${i}`, address: `10.0.${i >> 8}.${i & 255}:6379`, points: 160 })),
  }
  const odd: RingSpec = {
    algorithm: 'haproxy-consistent',
    nodes: Array.from({ length: 300 }, (_, i) => ({
      name: `srv-${((i * 2_654_435_761) >>> 0).toString(36)}`,
      address: `10.${(i * 97) % 256}.${(i * 61) % 256}.${(i * 31) % 256}:80`,
      weight: 10 + ((i * 7) % 90),
    })),
  }
  const edited = (spec: RingSpec, field: 'points' | 'weight') => ({
    ...spec,
    nodes: spec.nodes.map((node, i) => ({ ...node, [field]: 100 + ((i * 37) % 90) })),
  })
  expect(back({ before: numbered, after: edited(numbered, 'points') }).length).toBeLessThan(2_500)
  // It was 14,038 characters before links were compressed: too long for an address.
  expect(back({ before: odd, after: edited(odd, 'weight') }).length).toBeLessThan(5_500)
})

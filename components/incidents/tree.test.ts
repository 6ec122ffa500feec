import { expect, test } from 'vitest'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import { type ChainNode, chainTree, hostText } from './tree.ts'

const of = (ids: string, links: string) =>
  chainTree({
    findings: ids.split(' ').map((id, at) => ({ id, since: `2026-01-05T12:00:0${at}.000Z` })),
    chain: links
      .split(' ')
      .filter(Boolean)
      .map((link) => ({ from: link.split('>')[0], to: link.split('>')[1], afterMs: 0, why: link })),
  } as unknown as IncidentView)
const drawn = (nodes: ChainNode[]): unknown[] => nodes.map(({ id, children }) => (children.length > 0 ? [id, drawn(children)] : id))

test('draws each finding once, below the last of its causes', () => {
  const { roots, beside } = of('a b c d e', 'a>b b>c a>c c>d')
  expect(drawn(roots)).toEqual([['a', [['b', [['c', ['d']]]]]]])
  expect(beside.map(({ id }) => id)).toEqual(['e'])
})

test('two causes stand at the beginning; what follows from both names the other', () => {
  const { roots } = of('a b c', 'a>c b>c')
  expect(drawn(roots)).toEqual([['a', ['c']], 'b'])
  expect(roots[0]!.children[0]).toMatchObject({ why: 'a>c', also: [{ id: 'b', why: 'b>c' }] })
})

test('a host stands above its targets, and without links nothing is drawn', () => {
  const { roots } = of('a b', 'host:h>a host:h>b')
  expect(drawn(roots)).toEqual([['host:h', ['a', 'b']]])
  expect(roots[0]!.finding).toBeNull()
  expect(hostText('host:h')).toBe('Host h')
  expect(of('a b', '').roots).toEqual([])
})

test('a circle ends', () => expect(() => of('a b', 'a>b b>a')).not.toThrow())

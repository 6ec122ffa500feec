import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { clusterId, parseClusterNodes } from './clusterNodes.ts'

// Written by hand after a real answer of Redis 7, with a host name, a slot on the move, a node being met and one whose address is lost.
const TEXT = `07c37df 127.0.0.1:30004@31004,cache-4 slave e7d1eec 0 1426238317239 4 connected
67ed2db 127.0.0.1:30002@31002 master - 0 1426238316232 2 connected 5461-10922 [93->-e7d1eec]
6ec23 ::1:30003@31003 master,fail? - 0 1 3 disconnected 10923-16382 16383
e7d1eec 127.0.0.1:30001@31001,,shard-id=ab myself,master - 0 0 1 connected 0-5460
aaaa 10.0.0.9:7000@17000 handshake - 0 0 0 connected
bbbb :0@0 master,noaddr - 0 0 0 disconnected
`

test('each line is a node with its address, flags and slots', () => {
  const { nodes, unread } = parseClusterNodes(TEXT)
  expect(unread).toEqual([])
  expect(nodes.map(({ address, slots }) => [address, slots])).toEqual([
    ['127.0.0.1:30004', 0],
    ['127.0.0.1:30002', 5462],
    ['[::1]:30003', 5461],
    ['127.0.0.1:30001', 5461],
    ['10.0.0.9:7000', 0],
    [null, 0],
  ])
  expect(nodes.filter(({ strange }) => strange).map(({ id }) => id)).toEqual(['aaaa', 'bbbb'])
  expect(nodes.find(({ self }) => self)?.id).toBe('e7d1eec')
  expect(clusterId(nodes)).toBe('07c37df')
})
test.each([
  ['cluster-nodes-8.9.txt', '127.0.0.1:29111', 5_461],
  ['cluster-nodes-valkey-9.1.0.txt', '127.0.0.1:29102', 6_222],
])('%s is read whole', (file, own, slots) => {
  const { nodes, unread } = parseClusterNodes(readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8'))
  expect(unread).toEqual([])
  expect(nodes).toHaveLength(6)
  expect(nodes.find(({ self }) => self)).toMatchObject({ address: own, slots, strange: null })
  expect(nodes.reduce((sum, node) => sum + node.slots, 0)).toBe(16_384)
})
test('slots on the move, addresses as nodes announce them, and a line that is none costs itself', () => {
  const { nodes, unread } = parseClusterNodes(`a 10.0.0.1:7000 myself,master - 0 0 1 connected 0-99 [5->-b] [7->-b] [9-<-b]
b :7001@17001,cache-2.example slave,nofailover a 0 0 1 connected
c ?:7002@17002 slave a 0 0 1 connected
d :0@0 master,fail?,noaddr - 1 2 3 disconnected 100-16383
e 10.0.0.5:7003@17003 master - 0 0 1 connected 12-x
half a line
`)
  expect(nodes.map(({ id, address, slots, migrating, importing }) => [id, address, slots, migrating, importing])).toEqual([
    ['a', '10.0.0.1:7000', 100, 2, 1],
    ['b', 'cache-2.example:7001', 0, 0, 0],
    ['c', null, 0, 0, 0],
    ['d', null, 16284, 0, 0],
  ])
  expect(nodes.map(({ follows }) => follows)).toEqual([null, 'a', 'a', null])
  expect(nodes[0]!.ranges).toEqual([[0, 99]])
  expect(nodes[0]!.open).toEqual([
    { slot: 5, way: 'migrating', node: 'b' },
    { slot: 7, way: 'migrating', node: 'b' },
    { slot: 9, way: 'importing', node: 'b' },
  ])
  expect(unread).toEqual(['e 10.0.0.5:7003@17003 master - 0 0 1 connected 12-x', 'half a line'])
})
test.each(['', 'nonsense', 'id 127.0.0.1:1@2 master - 0 0 1 connected 0-99999', 'id 127.0.0.1:1@2 master - 0 0 1 connected x'])(
  'throws at %j',
  (text) => expect(() => parseClusterNodes(text)).toThrow(/CLUSTER NODES/),
)
